/* What stands around the maps: titles, north, scale, source, where the pointer is. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { el, degrees, number } = geo;
  const NARROW = 640; // pixels below which the page is a phone's
  const SIDES = ["before", "after"];

  /** Put the map of the page into a frame; return its elements.
   *
   * alone: whether there is nothing else on the page.
   */
  function frame(container, alone) {
    const box = el(alone ? "main" : "div", "gm");
    container.parentNode.insertBefore(box, container);
    const stage = el("div", "gm-stage", box);
    const parts = { box: box, bar: el("div", "gm-bar"), stage: stage };
    box.insertBefore(parts.bar, stage);
    container.classList.add("gm-map", "gm-a");
    stage.appendChild(container);
    parts.second = el("div", "gm-map gm-b", stage);
    parts.second.hidden = true;
    parts.titles = {};
    SIDES.forEach((side) => { parts.titles[side] = el("div", `gm-title gm-title-${side}`, stage); });
    parts.legend = el("details", "gm-legend", stage);
    parts.steps = el("div", "gm-steps", stage);
    parts.steps.hidden = true;
    parts.status = el("div", "gm-status", stage);
    parts.card = el("section", "gm-card", box);
    parts.card.hidden = true;
    parts.tip = el("div", "gm-tip", stage);
    parts.tip.hidden = true;
    parts.heading = alone ? el("h1", "gm-live", box) : null;
    parts.live = el("div", "gm-live", box);
    parts.live.setAttribute("aria-live", "polite");
    return parts;
  }

  /** Write titles, north mark and names of the maps: again in another language. */
  function surround(live) {
    const { box, titles } = live.parts;
    const north = L.control({ position: "topleft" });
    const mark = el("div", "gm-north");
    north.onAdd = () => mark;
    north.addTo(live.a);
    L.control.scale({ imperial: false }).addTo(live.a);
    const write = function () {
      box.lang = live.state.language;
      mark.textContent = live.t("north");
      if (live.parts.heading) { live.parts.heading.textContent = live.t("map_both"); }
      SIDES.forEach((side) => {
        const title = titles[side];
        const count = live.number(live.settings.counts[side]);
        title.replaceChildren();
        el("strong", "", title, live.t(`${side}_title`, { count: count }));
        if (side === "after" && live.settings.errors) {
          const errors = live.number(live.settings.errors);
          el("div", "gm-note gm-wrong", title, live.t("errors", { count: errors }));
        }
        ["schematic", "approximate"].filter((how) => live.settings[how]).forEach((how) => {
          el("div", "gm-note", title, live.t(how));
        });
      });
      geo.nameZoom(live.a.getContainer(), (key) => live.t(key));
    };
    live.store.on(["language"], write);
    write();
  }

  /** Return east and north in the plane of the data, in metres: a polynomial of degrees. */
  function inPlane(plane, lng, lat) {
    const x = (lng - plane.middle[0]) / plane.half[0], y = (lat - plane.middle[1]) / plane.half[1];
    if (Math.abs(x) > 1 || Math.abs(y) > 1) { return null; }
    return ["east", "north"].map((axis) => plane[axis].reduce((sum, row, i) =>
      sum + x ** i * row.reduce((inner, c, j) => inner + c * y ** j, 0), 0));
  }

  /** Say where the pointer is, and where the data is from. */
  function status(live) {
    const at = el("span", "gm-at", live.parts.status), source = el("span", "", live.parts.status);
    const write = function () {
      const from = live.settings.sources || [];
      source.textContent = [from.length ? live.t("source", { files: from.join(", ") }) : "",
        live.state.tiles ? live.settings.tiles.attribution : ""].filter(Boolean).join(" · ");
    };
    const tell = function (latlng) {
      const { language } = live.state, plane = live.settings.plane;
      const xy = plane && inPlane(plane, latlng.lng, latlng.lat);
      const degree = (value, axis) => degrees(value, axis, 5, language, (key) => live.t(key));
      at.textContent = `${degree(latlng.lat, "y")}, ${degree(latlng.lng, "x")}` +
        (xy ? ` · ${plane.name}: ${xy.map((v) => number(v, language, 0)).join("; ")} m` : "");
    };
    live.onPointer((latlng) => (latlng ? tell(latlng) : at.replaceChildren()));
    live.store.on(["language", "tiles"], write);
    write();
  }

  Object.assign(geo, { frame, surround, status, inPlane, NARROW, SIDES });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
