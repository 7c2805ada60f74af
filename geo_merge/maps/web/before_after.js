/* Before and after on one page: two maps that move together, a curtain, or one map over the other.
 *
 * geoMerge.mount(map, geometry, settings, options) takes a Leaflet map and builds the rest around
 * it. Both pages use it: map.html through a folium element, the app through a Streamlit component.
 * There is one state (store.js); the views around the maps watch what they show of it.
 *
 * geometry: {before, after, topology, findings, notices}; see geo_merge/maps/display.py.
 * settings: themes, texts, bounds, pixels, counts, language, ...; options: see DEFAULTS.
 */
(function (root, geo) {
  "use strict";

  // The app runs these files once a mount, and each time Leaflet is another.
  const L = root.L;
  const { SIDES, Maps, Marks, idOf } = geo;
  const DEFAULTS = {
    card: true, // show a card of the chosen unit
    steps: true, // show a strip with which findings are gone through
    languageSwitch: false,
    printed: true, // whether the page is printed as the map that it shows
    alone: false, // whether the page has nothing else
    state: {}, // mode, theme, view, selected, ... to begin with
    onChange: function () {}, // called with the name of what changed, and its value
    detail: null, // returns a promise of the details, for a map that is zoomed in
  };
  class BeforeAfter extends Maps {
    constructor(map, geometry, settings, options) {
      super(map, geometry, settings, Object.assign({}, DEFAULTS, options));
      this.cleanups = [];
      this.members = new Map();
      this.sides.before.features.forEach((f) => {
        const to = f.properties.new_code;
        if (!this.members.has(to)) { this.members.set(to, []); }
        this.members.get(to).push(f);
      });
      const { selected, view } = this.begin();
      this.build();
      this.touched = Boolean(view);
      this.arrange(true);
      if (selected) { this.select(selected.side, selected.code, !view, true); }
    }

    build() {
      this.parts = geo.frame(this.a.getContainer(), this.options.alone);
      this.box = this.parts.box;
      this.marks = new Marks(this);
      geo.surround(this);
      geo.status(this);
      this.drawCurtain = geo.curtain(this);
      geo.bar(this);
      geo.legend(this);
      geo.card(this);
      geo.measure(this);
      if (this.options.steps) { geo.steps(this); }
      geo.listed(this);
      if (this.options.printed) { geo.printing(this); }
      this.watch(this.a);
      this.react();
      const sizes = new ResizeObserver(() => this.resize());
      sizes.observe(this.parts.stage);
      this.cleanups.push(() => sizes.disconnect());
      this.leaving();
    }

    /** Let Escape end measuring, or close the card: also where nothing has the focus. */
    leaving() {
      const leave = (event) => {
        const path = event.composedPath();
        if (event.key !== "Escape" || !(path[0] === document.body || path.includes(this.box))) { return; }
        if (this.state.measuring) { this.store.set({ measuring: false }); } else { this.select(null); }
      };
      document.addEventListener("keydown", leave);
      this.cleanups.push(() => document.removeEventListener("keydown", leave));
    }

    /** Let the maps follow the state, and whoever wants to know of it. */
    react() {
      this.store.on(["mode"], () => this.arrange());
      this.store.on(["theme", "method", "basis", "tiles"], () => this.restyle());
      this.store.on(["labels", "lines", "tiles"], () => this.layers());
      this.store.on(["opacity", "divider"], () => this.layout());
      this.store.on(["selected", "walked"], () => this.relight());
      this.store.on(["legend"], () => this.resize());
      this.store.on(["language"], () => this.grids.forEach((draw) => draw()));
      this.store.on(Object.keys(this.state), (values, names) => {
        if (this.quiet) { return; }
        names.forEach((name) => this.options.onChange(name, values[name]));
      });
    }

    /* One place, one unit before, one after ------------------------------------------------- */

    /** Return the code of the unit that a side draws at a place, or null; of land its label. */
    at(side, lat, lng) {
      const unit = this.drawnAt(side, lat, lng);
      return unit && (unit.properties.code || unit.properties.id);
    }

    /** Return the unit, or the part of one, that a side draws at a place, or null. */
    drawnAt(side, lat, lng) {
      return this.sides[side].at({ lat: lat, lng: this.onMap(lng) });
    }

    /** Return a longitude as the map has it: one that passes 180° goes on there. */
    onMap(lng) {
      const middle = L.latLngBounds(this.settings.bounds).getCenter().lng;
      return lng - 360 * Math.round((lng - middle) / 360);
    }

    /** Return the units of both sides at a place. */
    pair(side, latlng) {
      const unit = this.drawnAt(side, latlng.lat, latlng.lng);
      if (!unit) { return null; }
      const before = side === "before" ? unit : this.drawnAt("before", latlng.lat, latlng.lng);
      const code = side === "after" ? unit.properties.code : unit.properties.new_code;
      return { before: before, after: this.sides.after.get(code) };
    }

    /** Choose a unit: a new one lights up its members, an old one what it became. */
    select(side, code, fly, quiet) {
      const unit = side ? this.sides[side].get(code) : null;
      const change = () => this.store.set({ walked: null, lit: null,
        selected: unit ? { side: side, code: code } : null });
      if (quiet) { this.quietly(change); } else { change(); }
      if (!unit) { return; }
      this.say(`${this.t(side)}: ${geo.nameOf(unit)}`);
      if (fly) {
        this.touched = true;
        const after = this.sides.after.get(this.family().code);
        const bounds = after ? this.sides.after.boundsOf([after]) : this.sides[side].boundsOf([unit]);
        this.fit(bounds, { maxZoom: 14 }, 0.2);
      }
    }

    /** Show a former district or province: its units lit up and in view. */
    showParent(level, key) {
      const field = { district: "parent", province: "grandparent" }[level];
      this.select(null);
      this.showUnits("before", this.sides.before.features.filter((f) => f.properties[field] === key));
    }

    /** Light up units of a side, and bring them into view. */
    showUnits(side, units) {
      this.state.lit = { side: side, ids: units.map(idOf) };
      this.relight();
      const bounds = this.sides[side].boundsOf(units);
      if (!bounds.isValid()) { return; }
      this.touched = true;
      this.fit(bounds, { maxZoom: 14 }, 0.05);
    }

    /** Return the new unit and members that the chosen unit belongs to. */
    family() {
      const chosen = this.state.selected;
      if (!chosen) { return { code: null, after: null, members: [] }; }
      const unit = this.sides[chosen.side].get(chosen.code);
      const code = chosen.side === "after" ? chosen.code : unit.properties.new_code;
      return { code: code, after: this.sides.after.get(code), members: this.members.get(code) || [] };
    }

    relight() {
      const family = this.family(), { selected, walked, lit } = this.state;
      const old = selected && selected.side === "before"
        ? [this.sides.before.get(selected.code)] : family.members;
      const chosen = { before: old, after: family.after ? [family.after] : [] };
      if (lit) { chosen[lit.side] = lit.ids.map((id) => this.sides[lit.side].get(id)); }
      SIDES.forEach((name) => {
        this.sides[name].light("chosen", chosen[name]);
        this.sides[name].light("walked",
          walked && walked.side === name ? [this.sides[name].get(walked.code)] : []);
      });
    }

    /** Go to a finding (GeoJSON) and outline it. */
    focus(finding) {
      (this.focused || []).forEach((layer) => layer.remove());
      this.focused = finding.features.length ? this.marks.outline(finding.features) : null;
      if (!this.focused) { return; }
      this.touched = true;
      this.fit(this.focused[0].getBounds(), { maxZoom: 15 }, 0.5);
    }

    /** Take what Python says into account, without a word back. */
    update(settings, state) {
      this.settings = Object.assign({}, this.settings, settings);
      this.quietly(() => this.store.set({ language: state.language || this.state.language }));
      if (state.selectionId !== this.selectionId) {
        this.selectionId = state.selectionId;
        const chosen = state.selected || {};
        if (JSON.stringify(this.state.selected) !== JSON.stringify(state.selected || null)) {
          this.select(chosen.side || null, chosen.code, true, true);
        }
      }
      const wanted = state.focus ? state.focus.id : null;
      if (wanted !== (this.focusId ?? null)) { this.goTo(wanted, state.focus || {}); }
    }

    /** Go to a finding: to its place, or to the units that it names; else nothing is outlined. */
    goTo(id, { feature, side, units }) {
      this.focusId = id;
      this.focus(feature || { features: [] });
      if (this.state.lit) { this.state.lit = null; this.relight(); }
      if (units) {
        const named = units.map((code) => this.sides[side].get(code)).filter(Boolean);
        this.select(null, null, false, true);
        this.showUnits(side, named);
      }
    }

    destroy() {
      this.gone = true;
      this.cleanups.forEach((clean) => clean());
      clearTimeout(this.telling);
      if (this.links) { this.links.stop(); }
      [this.a, this.b].filter(Boolean).forEach((map) => {
        map.stop();
        map.off();
        map.eachLayer((layer) => { if (!(layer instanceof L.Renderer)) { layer.remove(); } });
        geo.letGo(map);
      });
      this.box.remove();
    }
  }

  Object.assign(geo, {
    mount: (map, geometry, settings, options) => new BeforeAfter(map, geometry, settings, options),
  });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
