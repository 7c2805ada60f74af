/* How the layer fits into the window: two maps beside or above each other, and at which zoom. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { NARROW, landIn, leastHidden } = geo;
  const PLANE = 8; // the zoom in whose pixels places are compared
  const MARGIN = 8; // pixels around the layer
  const BELOW = 12;
  const APART = 3; // pixels between the land and what lies on the map
  const SMALL = 420; // the width of a map that has no room for a legend
  const INSET = 24; // between the edge of a map and what was clicked

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
    box.style.setProperty("--gm-top", `${live.parts.bar.offsetHeight}px`);
    // A card reaches up beside the controls, unless they need the room over it.
    const ends = [...live.parts.bar.children].filter((part) => !part.classList.contains("gm-panel"))
      .map((part) => part.offsetLeft + part.offsetWidth);
    box.classList.toggle("gm-beside", Math.max(...ends) <= width);
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
    const small = narrow || each.x < SMALL;
    fold(live, stage.dataset.split === "rows" ? height / 2 : height, small);
  }

  /** Fold the legend on a small map, and where it would take half of the height or reach the buttons. */
  function fold(live, height, small) {
    const { legend, stage, bar, titles } = live.parts, buttons = stage.querySelector(".leaflet-top.leaflet-left");
    legend.open = true;
    const rest = stage.getBoundingClientRect().bottom - legend.getBoundingClientRect().bottom;
    const above = stage.dataset.split === "rows" ? 0 : bar.offsetHeight + buttons.offsetHeight;
    const most = Math.min(height / 2, height - rest - above);
    legend.open = live.state.legend ?? (!small && legend.offsetHeight <= most);
    const wide = titles.after.offsetWidth + legend.offsetWidth + 3 * MARGIN > stage.clientWidth;
    stage.style.setProperty("--gm-below", `${wide ? titles.after.offsetHeight + MARGIN : 0}px`);
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
    const left = MARGIN, top = live.parts.bar.offsetHeight + BELOW / 2, right = MARGIN;
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

  /** Move a map so that a place which was clicked stays in view when the card has come up beside it. */
  function uncover(live, latlng, map) {
    const size = map.getSize(), at = map.latLngToContainerPoint(latlng);
    const below = map === live.b && live.parts.stage.dataset.split === "rows";
    const top = below ? 0 : live.parts.bar.offsetHeight;
    const off = (value, from, to) => Math.min(0, value - from - INSET) || Math.max(0, value - to + INSET);
    const by = [off(at.x, 0, size.x), off(at.y, top, size.y)];
    if (!by.some(Boolean)) { return; }
    live.touched = true;
    map.panBy(by, { animate: false });
  }

  Object.assign(geo, { arrange, onTop, room, stacks, uncover });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
