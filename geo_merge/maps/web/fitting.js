/* How the layer fits into the window: two maps beside or above each other, and at which zoom. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { NARROW } = geo;
  const MARGIN = 8; // pixels around the layer
  const BELOW = 12;

  /** Tell whether two maps show an area larger one above the other than side by side. */
  function stacks(width, height, area, used) {
    const scale = (w, h) => Math.min((w - used.x) / area.x, (h - used.y) / area.y);
    return scale(width, height / 2) > scale(width / 2, height);
  }

  /** Let the frame follow the room that it has, and the way to compare. */
  function arrange(live) {
    const { box, stage } = live.parts, width = stage.clientWidth, height = stage.clientHeight;
    const narrow = box.clientWidth < NARROW;
    box.classList.toggle("gm-narrow", narrow);
    stage.style.setProperty("--gm-top", `${live.parts.bar.offsetHeight}px`);
    const bounds = L.latLngBounds(live.settings.bounds);
    const corner = live.a.project(bounds.getNorthWest(), 8);
    const area = live.a.project(bounds.getSouthEast(), 8).subtract(corner);
    const used = { x: 2 * MARGIN, y: live.parts.bar.offsetHeight + BELOW };
    const dual = live.state.mode === "dual";
    stage.dataset.split = dual && stacks(width, height, area, used) ? "rows" : "columns";
    live.store.set({ narrow: narrow });
  }

  /** Return how much of the map bounds are to leave free: under the bar, an open card, the legend.
   *
   * The legend gets what the shape of the layer leaves over anyway.
   */
  function room(live, bounds) {
    const { card, bar, box, legend } = live.parts, narrow = box.classList.contains("gm-narrow");
    const left = MARGIN, top = bar.offsetHeight + BELOW / 2;
    const right = MARGIN + (card.hidden || narrow ? 0 : card.offsetWidth + MARGIN);
    const size = live.a.getSize(), west = L.latLngBounds(bounds).getNorthWest();
    const area = live.a.project(L.latLngBounds(bounds).getSouthEast(), 8)
      .subtract(live.a.project(west, 8));
    const free = { x: size.x - left - right, y: size.y - top - BELOW };
    const scale = Math.min(free.x / area.x, free.y / area.y);
    const spare = { x: free.x - scale * area.x, y: free.y - scale * area.y };
    const aside = spare.x > spare.y;
    return {
      paddingTopLeft: [left + (aside ? Math.min(spare.x, legend.offsetWidth + MARGIN) : 0), top],
      paddingBottomRight: [right,
        BELOW + (aside ? 0 : Math.max(0, Math.min(spare.y, legend.offsetHeight + 7 * MARGIN)))],
    };
  }

  /** Move the map so that a point which was clicked is not under the card. */
  function uncover(live, point, map) {
    const { card, stage } = live.parts;
    if (card.hidden) { return; }
    const from = map.getContainer().getBoundingClientRect(), over = card.getBoundingClientRect();
    const x = from.left + point.x, y = from.top + point.y;
    if (x < over.left - MARGIN || x > over.right || y < over.top - MARGIN || y > over.bottom) { return; }
    const narrow = over.width > 0.9 * stage.clientWidth;
    const by = narrow ? [0, y - over.top + 4 * MARGIN] : [x - over.left + 8 * MARGIN, 0];
    live.touched = true;
    map.panBy(by, { animate: false });
  }

  Object.assign(geo, { arrange, room, stacks, uncover });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
