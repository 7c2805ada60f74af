/* Names on the map: inside their units, none over another, the largest units first.
 *
 * A side has a name, a map, features with boxes, and pixels(scale): what brings their points to a
 * map of the world of that size. Names of minor features are plain, and wait for those of all others.
 */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { el, isDark, place, twoLines, apart } = geo;
  const SIZES = [12, 10.5, 9]; // pixels of the letters
  const LINE = 1.25; // of a line, by its letters
  const AROUND = 3; // pixels left free beside a name
  const LEAST = 14; // pixels of a unit's box below which nothing fits

  const pen = { context: null, widths: new Map() };

  function widthOf(text, size) {
    const key = `${size}${text}`;
    if (!pen.widths.has(key)) {
      pen.context = pen.context || document.createElement("canvas").getContext("2d");
      pen.context.font = `600 ${size}px system-ui, sans-serif`;
      pen.widths.set(key, pen.context.measureText(text).width + 2 * AROUND);
    }
    return pen.widths.get(key);
  }

  /** Return the ways to write a name, the plainest first: {lines, size, width, height}. */
  function waysOf(name) {
    return SIZES.flatMap((size) => [[name], twoLines(name)].filter(Boolean).map((lines) => ({
      lines: lines, size: size, width: Math.max(...lines.map((line) => widthOf(line, size))),
      height: lines.length * size * LINE })));
  }

  class Labels {
    constructor(side) {
      this.side = side;
      this.places = { zoom: null, found: new Map() };
      this.written = [];
    }

    /** Return where the name of a unit fits, {way, at} in pixels of the world; null if nowhere. */
    placeOf(feature, box, pixel) {
      if (Math.min(box[2] - box[0], box[3] - box[1]) <= LEAST) { return null; }
      const rings = feature.geometry.coordinates, { name } = feature.properties, { found } = this.places;
      if (found.get(rings)?.name !== name) { // new units of a plan are renamed
        const drawn = rings.map((ring) => ring.map(pixel));
        let label = null;
        for (const way of waysOf(name)) {
          const at = place(drawn, box, way.width, way.height);
          if (at) { label = { way: way, at: at }; break; }
        }
        found.set(rings, { name: name, label: label });
      }
      return found.get(rings).label;
    }

    clear() {
      if (this.side.map) { this.side.map.getPane(`${this.side.name}-labels`).replaceChildren(); }
      this.written = [];
    }

    /** Write the names that fit; `colourOf` tells what a unit is filled with. */
    write(colourOf) {
      this.clear();
      const side = this.side, map = side.map, zoom = map.getZoom();
      if (this.places.zoom !== zoom) { this.places = { zoom: zoom, found: new Map() }; }
      const pixel = side.pixels(map.options.crs.scale(zoom));
      const view = map.getPixelBounds(), origin = map.getPixelOrigin();
      const boxes = this.order().flatMap((k) => {
        const [a, b] = [side.boxes[k].slice(0, 2), side.boxes[k].slice(2)].map(pixel);
        const box = [0, 1].map((n) => Math.min(a[n], b[n])).concat([0, 1].map((n) => Math.max(a[n], b[n])));
        if (box[0] > view.max.x || box[2] < view.min.x || box[1] > view.max.y || box[3] < view.min.y) { return []; }
        const label = this.placeOf(side.features[k], box, pixel);
        if (!label) { return []; }
        const left = label.at[0] - label.way.width / 2, top = label.at[1] - label.way.height / 2;
        return [Object.assign([left, top, left + label.way.width, top + label.way.height], { way: label.way, id: k })];
      });
      const pane = map.getPane(`${side.name}-labels`);
      pane.setAttribute("aria-hidden", "true"); // lists have them all, in their order
      apart(boxes).forEach((box) => {
        const label = el("div", "gm-label", pane);
        box.way.lines.forEach((line) => el("div", "", label, line));
        const { code, minor } = side.features[box.id].properties;
        label.dataset.unit = code || "";
        label.style.font = `${minor ? 400 : 600} ${box.way.size}px/${LINE} system-ui, sans-serif`;
        label.style.width = `${Math.ceil(box.way.width)}px`;
        label.classList.toggle("gm-on-dark", isDark(colourOf(side.features[box.id])));
        L.DomUtil.setPosition(label,
          L.point(Math.round(box[0] - origin.x), Math.round(box[1] - origin.y)));
        this.written.push({ label: label, west: box[0] - origin.x, east: box[2] - origin.x });
      });
    }

    /** Hide the names that a curtain at x would cut, and those behind it. */
    cut(x) {
      const before = this.side.name === "before";
      this.written.forEach((each) => {
        each.label.hidden = x !== null && (before ? each.east > x : each.west < x);
      });
    }

    /** Return the units that have a name, minor ones last, the largest first. */
    order() {
      const { features, boxes } = this.side;
      if (this.ordered !== features) {
        const size = (k) => (boxes[k][2] - boxes[k][0]) * (boxes[k][3] - boxes[k][1]);
        const minor = (k) => Number(Boolean(features[k].properties.minor));
        this.ordered = features;
        this.positions = features.map((_, k) => k).filter((k) => features[k].properties.name)
          .sort((a, b) => minor(a) - minor(b) || size(b) - size(a));
      }
      return this.positions;
    }
  }

  Object.assign(geo, { Labels });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
