/* How the layer fits into the window: two maps beside or above each other, and at which zoom. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { NARROW, landIn, leastHidden } = geo;
  const PLANE = 8; // the zoom in whose pixels places are compared
  const MARGIN = 8; // pixels around the layer
  const BELOW = 12;
  const APART = 3; // pixels between the land and what lies on the map

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
    live.store.set({ narrow: narrow }); // the bar is as high as it will be before it is measured
    stage.style.setProperty("--gm-top", `${live.parts.bar.offsetHeight}px`);
    const bounds = L.latLngBounds(live.settings.bounds);
    const corner = live.a.project(bounds.getNorthWest(), 8);
    const area = live.a.project(bounds.getSouthEast(), 8).subtract(corner);
    const used = { x: 2 * MARGIN, y: live.parts.bar.offsetHeight + BELOW };
    const dual = live.state.mode === "dual";
    stage.dataset.split = dual && stacks(width, height, area, used) ? "rows" : "columns";
    // A layer that lies across leaves room below it.
    const each = { x: dual && stage.dataset.split === "columns" ? width / 2 : width, y: height };
    live.parts.legend.classList.toggle("gm-flat", !narrow && stage.dataset.split === "columns" &&
      (each.x - used.x) / area.x < (each.y - used.y) / area.y);
  }

  /** Return the boxes of what lies on a map, in its pixels: [left, top, right, bottom].
   *
   * The panel is opened for a moment: the land need not get out of its way.
   */
  function onTop(live, map) {
    const { bar, titles, legend, status, steps, stage } = live.parts;
    const from = map.getContainer().getBoundingClientRect();
    const lasting = [...bar.children].filter((part) => !part.classList.contains("gm-panel"));
    return [...lasting, ...Object.values(titles), legend, status, steps, ...stage.querySelectorAll(".leaflet-control")]
      .map((part) => part.getBoundingClientRect()).filter((box) => box.width && box.height)
      .map((box) => [box.left - from.left - APART, box.top - from.top - APART,
        box.right - from.left + APART, box.bottom - from.top + APART]);
  }

  /** Return how much of the map bounds are to leave free, so that the least land is hidden. */
  function room(live, bounds) {
    const { card, bar, box } = live.parts, narrow = box.classList.contains("gm-narrow");
    const left = MARGIN, top = bar.offsetHeight + BELOW / 2;
    const right = MARGIN + (card.hidden || narrow ? 0 : card.offsetWidth + MARGIN);
    const { x: width, y: height } = live.a.getSize(), wide = L.latLngBounds(bounds);
    const corner = live.a.project(wide.getNorthWest(), PLANE);
    const area = live.a.project(wide.getSouthEast(), PLANE).subtract(corner);
    const marked = live.state.findings && live.marks ? live.marks.extents() : [];
    const layers = [live.sides.before.boxes, marked].map((boxes) => landIn(
      boxes.filter((b) => b[0] <= b[2]).map((b) => {
        const nw = live.a.project([b[3], b[0]], PLANE), se = live.a.project([b[1], b[2]], PLANE);
        return [nw.x, nw.y, se.x, se.y];
      }), [corner.x, corner.y, corner.x + area.x, corner.y + area.y]));
    const over = [live.a, live.state.mode === "dual" ? live.b : null].filter(Boolean)
      .flatMap((map) => onTop(live, map));
    const [x, y, scale] = leastHidden(layers, area, [left, top, width - right, height - BELOW], over);
    return { paddingTopLeft: [x, y],
      paddingBottomRight: [width - x - scale * area.x, height - y - scale * area.y] };
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

  Object.assign(geo, { arrange, onTop, room, stacks, uncover });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
