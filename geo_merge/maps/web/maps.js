/* The two maps: where they are, what they show of both sides, and how finely. */
(function (root, geo) {
  "use strict";

  // The app runs these files once a mount, and each time Leaflet is another.
  const L = root.L;
  const { SIDES, Telling, Side, Labels, fillOf, viewFrom, viewOf } = geo;
  const SETTLED = 400; // milliseconds after which a view is told of
  const INK = "#2b2b2b", PALE = "#d5dbe1"; // on a dark ground a dark edge would not be seen

  class Maps extends Telling {
    constructor(map, geometry, settings, options) {
      super(geometry, settings, options);
      this.a = map;
      this.shapes = geo.shapesOf(geometry);
      this.sides = {};
      this.labels = {};
      SIDES.forEach((name) => {
        this.sides[name] = new Side(name, this.shapes);
        this.labels[name] = new Labels(this.sides[name]);
      });
    }

    maps() {
      return [this.a, this.state.mode === "dual" ? this.b : null].filter(Boolean);
    }

    watch(map) {
      const container = map.getContainer();
      // Leaflet gives the map the focus at a click, and a page in a scrolling pane would jump to it.
      container.focus = () => HTMLElement.prototype.focus.call(container, { preventScroll: true });
      ["pointerdown", "wheel", "keydown"].forEach((event) => {
        container.addEventListener(event, () => { this.touched = true; },
          { passive: true, capture: true });
      });
      geo.follow(this, map);
      geo.walkable(this, map);
      map.on("moveend zoomend", () => this.moved(map));
      map.on("move zoom viewreset resize", () => geo.clip(this));
      const words = { t: (key) => this.t(key), language: () => this.state.language,
        over: () => geo.onTop(this, map) };
      this.grids = (this.grids || []).concat(geo.graticule(map, words));
    }

    moved(map) {
      this.relabel(map);
      this.refine(map);
      this.marks.zoomed(map);
      if (map !== this.a || !this.touched) { return; }
      const view = viewFrom(map);
      if (view === this.state.view) { return; }
      this.state.view = view;
      clearTimeout(this.telling);
      this.telling = setTimeout(() => this.options.onChange("view", view), SETTLED);
    }

    /** Draw what a map shows by finer borders as soon as a pixel of the others would be seen. */
    refine(map) {
      const bounds = L.latLngBounds(this.settings.bounds);
      const size = map.project(bounds.getSouthEast()).subtract(map.project(bounds.getNorthWest()));
      const near = Math.max(size.x, size.y) > this.settings.pixels;
      if (near && !this.asked && this.options.detail) {
        this.asked = true;
        this.options.detail().then((detail) => {
          if (this.gone) { return; }
          this.finer = this.shapes.finer(detail);
          this.maps().forEach((each) => this.refine(each));
        });
      }
      const finer = near ? this.finer : null;
      const changed = SIDES.filter((name) => this.sides[name].map === map &&
        this.sides[name].refine(finer || null));
      if (changed.length) { this.relight(); }
    }

    /** Return the side that a place on a map shows: by map, curtain or layer. */
    sideAt(map, point) {
      if (this.state.mode === "dual") { return map === this.a ? "before" : "after"; }
      if (this.state.mode === "swipe") {
        return point.x < this.state.divider * map.getSize().x ? "before" : "after";
      }
      return this.topSide();
    }

    /** Return the side that is seen where both lie over each other. */
    topSide() {
      return this.state.mode === "overlay" && this.state.opacity <= 0.05 ? "before" : "after";
    }

    /** Go to a view, or to the whole area. */
    home(to) {
      const view = viewOf(to);
      if (this.links) { this.links.lead(this.a); }
      if (view) {
        this.show(this.a, [view[1], view[2]], view[0]);
      } else {
        this.fit(this.settings.bounds);
      }
    }

    /** Show bounds, with a share of them around; on a page that has given the map no room yet, as soon as it does. */
    fit(bounds, options, around) {
      this.waiting = null;
      if (!L.latLngBounds(bounds).isValid()) { return; } // of a unit that is not drawn
      if (this.links) { this.links.lead(this.a); }
      if (this.a.getSize().x && this.a.getSize().y) {
        const wide = L.latLngBounds(bounds).pad(around || 0);
        const to = this.a._getBoundsCenterZoom(wide, Object.assign(geo.room(this, wide), options));
        this.show(this.a, to.center, to.zoom);
        this.fitted = bounds === this.settings.bounds ? viewFrom(this.a) : null;
      } else {
        this.waiting = [bounds, options, around];
        this.a.setView(L.latLngBounds(bounds).getCenter(), 8, { animate: false });
      }
    }

    /** Show a place on a map that does not yet: all that is on it is drawn anew. */
    show(map, center, zoom) {
      const off = map.latLngToContainerPoint(center).distanceTo(map.getSize().divideBy(2));
      if (map.getZoom() === zoom && off < 1) { return; } // pixels: Leaflet moves by whole ones
      map.setView(center, zoom, { animate: false });
    }

    /** Let maps and frame follow the way to compare. */
    arrange(fresh) {
      const { stage, second } = this.parts, { mode, view } = this.state, dual = mode === "dual";
      stage.dataset.mode = mode;
      second.hidden = !dual;
      let center = fresh ? null : this.a.getCenter(), zoom = this.a.getZoom();
      geo.arrange(this);
      this.a.invalidateSize({ pan: false });
      if (!this.touched || !center) {
        this.home(fresh ? view : null);
        center = this.a.getCenter();
        zoom = this.a.getZoom();
      }
      if (dual && !this.b) { this.open(center, zoom); }
      if (dual) { this.b.invalidateSize({ pan: false }); }
      this.attach(dual);
      if (this.links) { this.links.lead(this.a); }
      this.show(this.a, center, zoom);
      if (dual) { this.show(this.b, center, zoom); }
      this.layout();
      this.layers();
      this.relight();
      this.grids.forEach((draw) => draw()); // of which what lies on the map leaves some off
      this.maps().forEach((map) => this.refine(map));
    }

    /** Make the second map. */
    open(center, zoom) {
      this.b = L.map(this.parts.second, { zoomControl: false, attributionControl: false,
        preferCanvas: true, zoomSnap: this.a.options.zoomSnap, center: center, zoom: zoom,
        worldCopyJump: false });
      this.watch(this.b);
      this.links = geo.link(this.a, this.b);
    }

    attach(dual) {
      const { districts, provinces, below, edges } = this.shapes;
      const dark = geo.isDark(getComputedStyle(this.a.getContainer()).backgroundColor);
      this.box.classList.toggle("gm-dark", dark);
      // Islets of a country would be nothing but their edge.
      const many = this.sides.before.many;
      const outer = { weight: many ? 0.8 : 2, color: dark ? PALE : INK };
      const around = [
        { arcs: edges.outline, kind: "outline", style: outer },
        { arcs: edges.gaps, kind: "gap", style: { weight: 1.2, color: "#c1121f" } },
        { arcs: edges.overlaps, kind: "overlap", style: { weight: 1.2, color: "#7a00cc" } }];
      const style = (side) => (feature) => this.style(side, feature);
      this.sides.before.attach(this.a, style("before"), [
        { arcs: districts, kind: "district", style: { weight: many ? 0.8 : 1.4, dashArray: "5 3", color: INK } },
        { arcs: provinces, kind: "province", style: { weight: many ? 1.2 : 2.6, color: INK } }, ...around]);
      this.sides.after.attach(dual ? this.b : this.a, style("after"), [
        { arcs: below, kind: "below", style: { weight: 1, dashArray: "2 3", color: INK } },
        ...around]);
    }

    style(side, feature) {
      const theme = this.theme(side), fill = fillOf(theme, feature.properties);
      return { fillColor: fill, fillRule: "nonzero", fillOpacity: this.state.tiles ? 0.6 : 0.88,
        color: theme.breaks && geo.isPale(fill) ? "#6b7680" : "#fff", opacity: 0.9,
        weight: this.sides[side].many ? 0.4 : 0.9 };
    }

    restyle() {
      SIDES.forEach((name) => this.sides[name].units.setStyle((f) => this.style(name, f)));
      this.maps().forEach((map) => this.relabel(map));
      geo.arrange(this); // the legend has another size
      if (!this.touched) { this.home(); }
      this.grids.forEach((draw) => draw());
    }

    /** Write the names of a map: of the side that is seen, where both lie over each other. */
    relabel(map) {
      SIDES.filter((name) => this.sides[name].map === map).forEach((name) => {
        const seen = this.state.labels &&
          (this.state.mode !== "overlay" || name === this.topSide());
        if (seen) {
          this.labels[name].write((f) => fillOf(this.theme(name), f.properties));
        } else {
          this.labels[name].clear();
        }
      });
      geo.clip(this);
    }

    /** Put the layers that can be ticked on their maps, or take them off. */
    layers() {
      this.maps().forEach((map) => this.relabel(map));
      SIDES.forEach((name) => {
        const side = this.sides[name];
        if (this.state.lines) { side.lines.addTo(side.map); } else { side.lines.removeFrom(side.map); }
      });
      this.marks.write();
      (this.tiles || []).forEach((layer) => layer.remove());
      this.tiles = this.state.tiles && this.maps().map((map) =>
        L.tileLayer(this.settings.tiles.url, { maxZoom: 19 }).addTo(map));
    }

    layout() {
      const top = this.topSide();
      this.sides.after.pane.style.opacity = this.state.mode === "overlay" ? this.state.opacity : 1;
      this.drawCurtain();
      geo.clip(this);
      if (this.state.mode === "overlay" && top !== this.labelled) { this.relabel(this.a); }
      this.labelled = top;
    }

    /** Keep the middle of the map in the middle, and the whole area in view while it is. */
    resize() {
      const whole = !this.touched || viewFrom(this.a) === this.fitted;
      if (whole && !this.state.view) { this.touched = false; }
      geo.arrange(this);
      if (this.links) { this.links.lead(this.a); }
      this.a.invalidateSize({ animate: false });
      if (!this.a.getSize().x) { return; }
      if (this.b && this.state.mode === "dual") {
        this.b.invalidateSize({ animate: false });
        this.show(this.b, this.a.getCenter(), this.a.getZoom());
      }
      if (this.waiting) { this.fit(...this.waiting); } else if (whole) { this.home(); }
      geo.clip(this);
      this.grids.forEach((draw) => draw());
    }
  }

  Object.assign(geo, { Maps });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
