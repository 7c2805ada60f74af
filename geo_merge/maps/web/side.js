/* The units of one side: their shapes, and the panes that show them on a map. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { boxOf, inside, northing, shapesOf } = root.geoBorders;
  const { idOf, isDrawn } = geo;
  const MANY = 2000; // units from which on drawing is made cheaper
  const LIGHTS = {
    hover: { color: "#111", weight: 2 },
    chosen: { color: "#d40000", weight: 3 },
    walked: { color: "#111", weight: 3, dashArray: "2 5" },
  };

  /** Return [lng, lat] pairs as Leaflet has them. */
  function latLngs(points) {
    return L.GeoJSON.coordsToLatLngs(points, 0);
  }

  class Side {
    constructor(name, shapes) {
      this.name = name;
      this.features = shapes[name];
      this.coarse = shapes.coarse;
      this.fine = new Map(); // rings as they were at first, by the units that are drawn finer
      this.boxes = this.features.map((f) => boxOf(f.geometry.coordinates));
      this.byId = new Map();
      this.features.forEach((f, k) => this.byId.set(idOf(f), k));
      this.findNeighbours = () => shapes.neighbours(name);
      this.lights = {};
    }

    /** Return what brings points of the units to a map of the world of a size. */
    pixels(size) {
      return ([lng, lat]) => [size * (lng / 360 + 0.5), size * (0.5 - northing(lat) / (2 * Math.PI))];
    }

    get many() {
      return this.features.length > MANY;
    }

    /** Return the unit that is drawn at a place, or null: of several, the one on top. */
    at(latlng) {
      const x = latlng.lng, y = latlng.lat;
      for (let k = this.boxes.length - 1; k >= 0; k--) {
        const box = this.boxes[k];
        if (x < box[0] || x > box[2] || y < box[1] || y > box[3]) { continue; }
        if (inside(x, y, this.features[k].geometry.coordinates)) { return this.features[k]; }
      }
      return null;
    }

    get(code) {
      const k = this.byId.get(code);
      return k === undefined ? null : this.features[k];
    }

    /** Return the units that share a border with one, by their names. */
    neighbours(feature) {
      this.around = this.around || this.findNeighbours();
      return this.around[this.byId.get(idOf(feature))].map((k) => this.features[k])
        .sort((a, b) => a.properties.name.localeCompare(b.properties.name));
    }

    boundsOf(features) {
      const bounds = L.latLngBounds([]);
      features.forEach((f) => {
        const box = this.boxes[this.byId.get(idOf(f))];
        if (box[0] <= box[2]) { bounds.extend([box[1], box[0]]).extend([box[3], box[2]]); }
      });
      return bounds;
    }

    /** Show the units on a map; on another one than before, if need be. */
    attach(map, style, lines) {
      if (this.map === map) { return; }
      this.detach();
      this.map = map;
      const outer = map.getPane(this.name) || map.createPane(this.name);
      outer.style.zIndex = this.name === "before" ? 410 : 420;
      ["units", "lines", "light", "labels"].forEach((part) => {
        const pane = `${this.name}-${part}`;
        if (!map.getPane(pane)) {
          map.createPane(pane, outer).style.pointerEvents = "none";
        }
      });
      map.getPane(`${this.name}-labels`).classList.add("leaflet-zoom-hide");
      this.pane = outer;
      if (!this.units) { this.make(style, lines); }
      this.units.addTo(map);
    }

    make(style, lines) {
      this.shapes = new Map(); // on the map, by unit
      this.units = L.geoJSON(this.features.filter(isDrawn), {
        pane: `${this.name}-units`, interactive: false, smoothFactor: this.many ? 1 : 0, style: style,
        onEachFeature: (feature, shape) => this.shapes.set(feature, shape),
      });
      this.strokes = lines.map((line) => ({ arcs: line.arcs, fine: "", kind: line.kind,
        shape: L.polyline(line.arcs.map((id) => latLngs(this.coarse.line(id))), Object.assign({
          pane: `${this.name}-lines`, interactive: false, smoothFactor: this.many ? 1 : 0,
          fill: false }, line.style)) }));
      this.lines = L.layerGroup(this.strokes.map((stroke) => stroke.shape));
    }

    /** Draw what is in view by finer borders; with none, all as at first. Tell if that changed. */
    refine(finer) {
      const view = finer && this.map.getBounds().pad(0.5);
      const seen = (box) => Boolean(view) && box[0] <= view.getEast() && box[2] >= view.getWest() &&
        box[1] <= view.getNorth() && box[3] >= view.getSouth();
      let changed = false;
      this.features.forEach((feature, k) => {
        const near = seen(this.boxes[k]);
        if (near === this.fine.has(k)) { return; }
        const rings = near ? finer[this.name](k) : this.fine.get(k);
        if (near) {
          this.fine.set(k, feature.geometry.coordinates);
        } else {
          this.fine.delete(k);
        }
        feature.geometry.coordinates = rings;
        this.shapes.get(feature).setLatLngs(rings.map(latLngs));
        changed = true;
      });
      this.strokes.forEach((stroke) => {
        const near = new Set(view ? stroke.arcs.filter((id) => seen(this.coarse.box(id))) : []);
        const fine = [...near].join();
        if (fine === stroke.fine) { return; }
        stroke.fine = fine;
        stroke.shape.setLatLngs(stroke.arcs.map((id) =>
          latLngs((near.has(id) ? finer : this.coarse).line(id))));
      });
      return changed;
    }

    detach() {
      if (!this.map) { return; }
      this.units.removeFrom(this.map);
      this.lines.removeFrom(this.map);
      Object.values(this.lights).forEach((layer) => layer.removeFrom(this.map));
      this.lights = {};
      this.map.getPane(`${this.name}-labels`).replaceChildren();
      this.map = null;
    }

    /** Outline units; with none, take the outline away. */
    light(kind, features) {
      if (this.lights[kind]) { this.lights[kind].removeFrom(this.map); delete this.lights[kind]; }
      const drawn = features.filter(isDrawn);
      if (!drawn.length || !this.map) { return; }
      this.lights[kind] = L.geoJSON(drawn, {
        pane: `${this.name}-light`, interactive: false, smoothFactor: 0,
        style: Object.assign({ fill: kind === "chosen", fillColor: "#fff", fillOpacity: 0.25,
          fillRule: "nonzero" }, LIGHTS[kind]),
      }).addTo(this.map);
      // What is chosen stays red under the pointer.
      if (kind === "hover" && this.lights.chosen) { this.lights.chosen.bringToFront(); }
    }
  }

  Object.assign(geo, { Side, shapesOf, latLngs });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
