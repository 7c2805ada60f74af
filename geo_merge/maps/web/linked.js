/* Two maps that show the same place, and what each has of its own: meridians and parallels. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { el, degrees } = geo;
  const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]; // degrees
  const LINES = 6; // across a map
  const REST = 300; // milliseconds: a zoom of Leaflet takes 250

  /** Let two maps show the same place; the one under the hand leads. */
  function link(a, b) {
    let leader = a;
    const stop = [];
    [[a, b], [b, a]].forEach(function (pair) {
      const from = pair[0], to = pair[1];
      const lead = function () { leader = from; };
      ["pointerdown", "wheel", "touchstart", "keydown", "mouseover"].forEach(function (event) {
        from.getContainer().addEventListener(event, lead, { passive: true, capture: true });
        stop.push(() => from.getContainer().removeEventListener(event, lead, { capture: true }));
      });
      const on = {
        move: function () {
          if (leader !== from || from.getZoom() !== to.getZoom()) { return; }
          const offset = to.project(from.getCenter()).subtract(to.project(to.getCenter())).round();
          // panBy would redraw every unit at each step of a drag; the end of the move does.
          if (offset.x || offset.y) { to._rawPanBy(offset); to.fire("move"); }
        },
        zoomanim: function (event) {
          if (leader === from) { to.setView(event.center, event.zoom, { animate: true }); }
        },
        moveend: function () {
          if (leader === from) { to.setView(from.getCenter(), from.getZoom(), { animate: false }); }
        },
      };
      from.on(on);
      stop.push(() => from.off(on));
    });
    return { lead: (map) => { leader = map; }, stop: () => stop.forEach((f) => f()) };
  }

  /** Take labels off a map that would be cut by its edge, or lie under something. */
  function uncovered(map, labels, over) {
    const edge = map.getContainer().getBoundingClientRect(), boxes = over();
    const hidden = labels.filter((label) => {
      const box = label.getElement().firstElementChild.getBoundingClientRect();
      const [left, top] = [box.left - edge.left, box.top - edge.top];
      const [right, bottom] = [left + box.width, top + box.height];
      return right > edge.width || bottom > edge.height || top < 0 ||
        boxes.some((b) => left < b[2] && right > b[0] && top < b[3] && bottom > b[1]);
    });
    hidden.forEach((label) => label.remove()); // after all are measured: each would be laid out anew
  }

  /** Draw meridians and parallels at a step that suits the zoom, their degrees at the edge.
   *
   * `words.over` returns the boxes of what lies on the map. Returns a function that draws them
   * again: in another language.
   */
  function graticule(map, words) {
    [["grid", 350], ["degrees", 600]].forEach(function ([name, order]) {
      const pane = map.createPane(name);
      pane.style.zIndex = order;
      pane.style.pointerEvents = "none";
      pane.setAttribute("aria-hidden", "true");
    });
    const group = L.layerGroup().addTo(map);
    const draw = function () {
      group.clearLayers();
      const labels = [];
      const view = map.getBounds();
      const span = Math.max(view.getEast() - view.getWest(), 1e-6);
      const step = STEPS.find((s) => span / s <= LINES) || 45;
      const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
      const line = function (a, b) {
        L.polyline([a, b], { pane: "grid", interactive: false, weight: 1, color: "#8894a0",
          opacity: 0.45 }).addTo(group);
      };
      const label = function (at, value, axis) {
        const text = el("span", "", null,
          degrees(value, axis, digits, words.language(), words.t));
        labels.push(L.marker(at, { pane: "degrees", interactive: false, keyboard: false,
          icon: L.divIcon({ className: `gm-degree ${axis === "x" ? "south" : "west"}`,
            iconSize: null, html: text }) }).addTo(group));
      };
      for (let x = Math.ceil(view.getWest() / step) * step; x < view.getEast(); x += step) {
        line([view.getSouth(), x], [view.getNorth(), x]);
        label([view.getSouth(), x], x, "x");
      }
      for (let y = Math.ceil(view.getSouth() / step) * step; y < view.getNorth(); y += step) {
        line([y, view.getWest()], [y, view.getEast()]);
        label([y, view.getWest()], y, "y");
      }
      uncovered(map, labels, words.over);
    };
    map.on("moveend", draw);
    draw();
    return draw;
  }

  /** Remove a map once it has come to rest: Leaflet asks for its panes a quarter of a second after
   * a zoom began, and draws canvases in the next frame.
   */
  function letGo(map) {
    map.stop();
    setTimeout(() => map.remove(), REST);
  }

  Object.assign(geo, { letGo, link, graticule });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
