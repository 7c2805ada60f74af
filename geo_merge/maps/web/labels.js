/* Names on the map: inside their units, none over another, the largest units first. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { northing } = root.geoBorders;
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

    /** Return where the name of a unit fits, in pixels of the world at a zoom; null if nowhere. */
    placeOf(k, zoom, map) {
      const feature = this.side.features[k], rings = feature.geometry.coordinates;
      if (this.places.zoom !== zoom) { this.places = { zoom: zoom, found: new Map() }; }
      const known = this.places.found.get(k);
      if (known && known.rings === rings) { return known.label; }
      const size = map.options.crs.scale(zoom);
      const pixel = ([lng, lat]) => [size * (lng / 360 + 0.5),
        size * (0.5 - northing(lat) / (2 * Math.PI))];
      const box = this.side.boxes[k];
      const [west, north] = pixel([box[0], box[3]]), [east, south] = pixel([box[2], box[1]]);
      let label = null;
      if (east - west > LEAST && south - north > LEAST) {
        const drawn = rings.map((ring) => ring.map(pixel));
        for (const way of waysOf(feature.properties.name)) {
          const at = place(drawn, [west, north, east, south], way.width, way.height);
          if (at) { label = { way: way, at: at, id: k }; break; }
        }
      }
      this.places.found.set(k, { rings: rings, label: label });
      return label;
    }

    clear() {
      if (this.side.map) { this.side.map.getPane(`${this.side.name}-labels`).replaceChildren(); }
      this.written = [];
    }

    /** Write the names that fit; `colourOf` tells what a unit is filled with. */
    write(colourOf) {
      this.clear();
      const side = this.side, map = side.map, zoom = map.getZoom();
      const view = map.getBounds(), origin = map.getPixelOrigin();
      this.order = this.order || side.features.map((f, k) => k).filter((k) =>
        side.features[k].properties.name).sort((a, b) => this.size(b) - this.size(a));
      const boxes = this.order.filter((k) => {
        const box = side.boxes[k];
        return box[0] <= view.getEast() && box[2] >= view.getWest() &&
          box[1] <= view.getNorth() && box[3] >= view.getSouth();
      }).map((k) => this.placeOf(k, zoom, map)).filter(Boolean).map((label) => {
        const left = label.at[0] - label.way.width / 2, top = label.at[1] - label.way.height / 2;
        return Object.assign([left, top, left + label.way.width, top + label.way.height], label);
      });
      const pane = map.getPane(`${side.name}-labels`);
      apart(boxes).forEach((box) => {
        const label = el("div", "gm-label", pane);
        box.way.lines.forEach((line) => el("div", "", label, line));
        label.dataset.unit = side.features[box.id].properties.code || "";
        label.style.font = `600 ${box.way.size}px/${LINE} system-ui, sans-serif`;
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

    size(k) {
      const box = this.side.boxes[k];
      return (box[2] - box[0]) * (box[3] - box[1]);
    }
  }

  Object.assign(geo, { Labels });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
