/* Findings on the map: clustered where they are small, filtered by check, and gone through one by
 * one. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { el, button, choice } = geo;
  const COLOURS = { error: "#c1121f", warning: "#b35c00", info: "#3a6ea5" };
  const WEIGHTS = ["info", "warning", "error"];
  const CHOSEN = { color: "#7a00cc", weight: 4, fill: false };
  const SMALL = 12; // pixels below which a finding is a dot
  const CELL = 44; // pixels of the land that one dot stands for
  const ACROSS = 30; // pixels of a dot with a number: two that are nearer are one
  const NEAR = 9; // pixels from the pointer
  const RADIUS = 6;

  const heaviest = (found) => found.reduce((a, b) => (
    WEIGHTS.indexOf(b.severity) > WEIGHTS.indexOf(a.severity) ? b : a));

  /** Return findings as the map draws them at its zoom: shapes, and dots for {at, found}. */
  function gathered(map, boxes, shown) {
    const shapes = [], cells = new Map();
    shown.forEach((feature) => {
      const box = boxes.get(feature);
      const low = map.project(box.getSouthWest()), high = map.project(box.getNorthEast());
      if (Math.max(high.x - low.x, low.y - high.y) >= SMALL) { shapes.push(feature); return; }
      const middle = low.add(high).divideBy(2);
      const cell = `${Math.floor(middle.x / CELL)} ${Math.floor(middle.y / CELL)}`;
      if (!cells.has(cell)) { cells.set(cell, []); }
      cells.get(cell).push({ at: middle, feature: feature });
    });
    const dots = together([...cells.values()].map((inside) => ({
      at: inside.reduce((sum, each) => sum.add(each.at), L.point(0, 0)).divideBy(inside.length),
      found: inside.map((each) => each.feature) })));
    return { shapes: shapes, dots: dots.map((each) => ({ at: map.unproject(each.at), found: each.found })) };
  }

  /** Return dots {at, found} of which none covers another: the smaller goes into the larger. */
  function together(dots) {
    const kept = [];
    dots.sort((a, b) => b.found.length - a.found.length).forEach((each) => {
      const over = kept.find((other) => Math.hypot(other.at.x - each.at.x, other.at.y - each.at.y) < ACROSS);
      if (over) { over.found.push(...each.found); } else { kept.push(each); }
    });
    return kept;
  }

  function spot(at, severity) {
    return L.circleMarker(at, { pane: "findings", interactive: false, radius: RADIUS,
      color: "#fff", weight: 1.5, fillColor: COLOURS[severity], fillOpacity: 1 });
  }

  function dot(each, number) {
    const worst = heaviest(each.found.map((feature) => feature.properties));
    if (each.found.length === 1) { return spot(each.at, worst.severity); }
    const count = el("span", `gm-cluster gm-${worst.severity}`, null, number(each.found.length));
    return L.marker(each.at, { pane: "findings", interactive: false, keyboard: false,
      icon: L.divIcon({ className: "", iconSize: [28, 28], html: count }) });
  }

  class Marks {
    constructor(live) {
      this.live = live;
      this.features = live.geometry.findings.features;
      this.boxes = new Map(this.features.map((feature) =>
        [feature, L.geoJSON(feature).getBounds()]));
      this.drawn = new Map(); // by map: what gathered() returned
      live.store.on(["findings", "check", "mode"], () => this.write());
      live.store.on(["finding"], () => this.go());
    }

    /** Return the findings that the filter leaves. */
    shown() {
      const { check } = this.live.state;
      return this.features.filter(({ properties }) => !check || properties.check === check ||
        properties.severity === check);
    }

    /** Return the boxes of these: west, south, east, north. */
    extents() {
      return this.shown().map((feature) => this.boxes.get(feature)).filter((box) => box.isValid())
        .map((box) => [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()]);
    }

    write() {
      this.drawn.clear();
      (this.live.findings || []).forEach((layer) => layer.remove());
      this.live.findings = null;
      if (this.live.state.findings && this.features.length) {
        this.live.findings = this.live.maps().map((map) => this.draw(map, L.featureGroup()));
      }
    }

    /** Draw the findings of a map at its zoom. */
    draw(map, group) {
      if (!map.getPane("findings")) {
        const pane = map.createPane("findings");
        pane.style.zIndex = 450;
        pane.style.pointerEvents = "none";
      }
      const found = gathered(map, this.boxes, this.shown());
      this.drawn.set(map, found);
      found.shapes.forEach((feature) => group.addLayer(L.geoJSON(feature, { pane: "findings",
        interactive: false, smoothFactor: 0, style: feature.geometry.type.endsWith("Point") ? {} : {
          weight: 2, fillOpacity: 0.2, color: COLOURS[feature.properties.severity] },
        pointToLayer: (f, at) => spot(at, f.properties.severity) })));
      found.dots.forEach((each) => group.addLayer(dot(each, (count) => this.live.number(count))));
      return group.addTo(map);
    }

    /** Draw again at another zoom. */
    zoomed(map) {
      const k = this.live.maps().indexOf(map);
      if (!this.live.findings || k < 0 || !this.live.findings[k]) { return; }
      this.live.findings[k].clearLayers();
      this.draw(map, this.live.findings[k]);
    }

    /** Return the finding under a point of a map, or null: of a cluster the heaviest. */
    at(map, point) {
      const found = this.live.findings ? this.drawn.get(map) : null;
      if (!found) { return null; }
      const near = (at) => map.latLngToContainerPoint(at).distanceTo(point) < NEAR + RADIUS;
      const hit = found.dots.find((each) => near(each.at));
      if (hit) { return this.told(heaviest(hit.found.map((f) => f.properties)), hit.found.length); }
      const box = L.latLngBounds(map.containerPointToLatLng(point.subtract([NEAR, NEAR])),
        map.containerPointToLatLng(point.add([NEAR, NEAR])));
      const shape = found.shapes.find((feature) => this.boxes.get(feature).intersects(box) &&
        this.isNear(map, feature, point));
      return shape ? this.told(shape.properties, 1) : null;
    }

    /** Tell whether a point is in a finding's polygon, by its line, or on one of its spots. */
    isNear(map, feature, point) {
      const place = map.containerPointToLatLng(point);
      if (feature.geometry.type === "MultiPoint") {
        return feature.geometry.coordinates.some(([lng, lat]) =>
          map.latLngToContainerPoint([lat, lng]).distanceTo(point) < NEAR + RADIUS);
      }
      return L.geoJSON(feature).getLayers().some((layer) => {
        const lines = [layer.getLatLngs ? layer.getLatLngs() : []].flat(5);
        const rings = feature.geometry.type.endsWith("Polygon")
          ? [feature.geometry.coordinates].flat(feature.geometry.type === "Polygon" ? 1 : 2) : [];
        return root.geoBorders.inside(place.lng, place.lat, rings) || lines.some((at, k) => k &&
          L.LineUtil.pointToSegmentDistance(point, map.latLngToContainerPoint(lines[k - 1]),
            map.latLngToContainerPoint(at)) < NEAR);
      });
    }

    told(properties, count) {
      return Object.assign({ together: count }, properties);
    }

    /** Go to the chosen finding and outline it. */
    go() {
      const { finding } = this.live.state;
      const feature = this.features.find((each) => each.properties.row === finding);
      if (feature) {
        this.live.focus({ features: [feature] });
        this.live.say(this.live.sentence(feature.properties));
      } else if (finding === null) {
        this.live.focus({ features: [] });
      }
    }

    outline(features) {
      return this.live.maps().map((map) => {
        if (!map.getPane("findings")) { map.createPane("findings").style.zIndex = 450; }
        return L.geoJSON(features, { pane: "findings", interactive: false, smoothFactor: 0,
          style: CHOSEN, pointToLayer: (f, at) => L.circleMarker(at,
            Object.assign({ pane: "findings", radius: f.geometry.type === "Point" ? 12 : 8 },
              CHOSEN)) }).addTo(map);
      });
    }
  }

  /** The strip with which findings are filtered and gone through. */
  function steps(live) {
    const parent = live.parts.steps;
    const move = (step) => {
      const shown = live.marks.shown();
      const at = shown.findIndex((f) => f.properties.row === live.state.finding);
      const next = at < 0 ? (step > 0 ? 0 : shown.length - 1)
        : (at + step + shown.length) % shown.length;
      live.store.set({ finding: shown[next].properties.row });
    };
    const write = function () {
      parent.replaceChildren();
      parent.hidden = !live.state.findings || !live.geometry.findings.features.length;
      if (parent.hidden) { return; }
      const counted = (field, name) => {
        const counts = new Map();
        live.geometry.findings.features.forEach(({ properties }) =>
          counts.set(properties[field], (counts.get(properties[field]) || 0) + 1));
        return [...counts].map(([id, count]) => [id, `${name(id)} (${live.number(count)})`]);
      };
      choice(parent, live.t("filter"), [["", live.t("all_checks")],
        ...counted("severity", (severity) => live.t(`severity_${severity}`)),
        ...counted("check", (check) => live.checkName(check))], live.state.check,
      (check) => live.store.set({ check: check, finding: null }));
      const shown = live.marks.shown();
      const at = shown.findIndex((f) => f.properties.row === live.state.finding);
      button("gm-button", parent, "◂", () => move(-1)).setAttribute("aria-label", live.t("previous"));
      el("span", "gm-place", parent,
        `${at < 0 ? "–" : live.number(at + 1)} / ${live.number(shown.length)}`);
      button("gm-button", parent, "▸", () => move(1)).setAttribute("aria-label", live.t("next"));
      if (at >= 0) {
        const { properties } = shown[at];
        el("p", `gm-found gm-${properties.severity}`, parent, live.sentence(properties));
      }
    };
    live.store.on(["findings", "check", "finding", "language"], write);
    live.store.on(["findings"], () => { if (!live.touched) { live.home(); } }); // none under the legend
    write();
  }

  Object.assign(geo, { Marks, together, steps });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
