/* The curtain: what is west of it is before, what is east of it after. */
(function (geo) {
  "use strict";

  const { el } = geo;
  const STEP = 0.02, EDGE = 0.02; // shares of the map

  function curtain(live) {
    const { stage } = live.parts, handle = el("div", "gm-handle", stage);
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-valuemin", "0");
    handle.setAttribute("aria-valuemax", "100");
    const name = () => handle.setAttribute("aria-label", live.t("curtain"));
    const to = (share) =>
      live.store.set({ divider: Math.max(EDGE, Math.min(1 - EDGE, share)) });
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      handle.onpointermove = (move) => {
        const box = stage.getBoundingClientRect();
        to((move.clientX - box.left) / box.width);
      };
    });
    handle.addEventListener("pointerup", () => { handle.onpointermove = null; });
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
      if (step) { event.preventDefault(); to(live.state.divider + step); }
    });
    live.store.on(["language"], name);
    name();
    return function () {
      handle.hidden = live.state.mode !== "swipe";
      handle.style.left = `${100 * live.state.divider}%`;
      handle.setAttribute("aria-valuenow", String(Math.round(100 * live.state.divider)));
    };
  }

  /** Cut each side at the curtain; panes move with the map, so the cut moves against it. */
  function clip(live) {
    const cut = live.state.mode === "swipe", size = live.a.getSize();
    const corner = live.a.containerPointToLayerPoint([0, 0]);
    const x = corner.x + live.state.divider * size.x;
    const top = corner.y - size.y, bottom = corner.y + 2 * size.y;
    const half = (west, east) => `polygon(${west}px ${top}px, ${east}px ${top}px, ` +
      `${east}px ${bottom}px, ${west}px ${bottom}px)`;
    const far = 2 * size.x;
    [["before", corner.x - far, x], ["after", x, corner.x + far]].forEach(([name, west, east]) => {
      if (!live.sides[name].pane) { return; }
      live.sides[name].pane.style.clipPath = cut ? half(west, east) : "";
      live.labels[name].cut(cut ? x : null);
    });
  }

  Object.assign(geo, { curtain, clip });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
