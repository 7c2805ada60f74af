/* Before and after on one page: two maps that move together, a curtain, or one map over the other.
 *
 * geoMerge.mount(map, geometry, settings, options) takes a Leaflet map and builds the rest around
 * it. Both pages use it: map.html through a folium element, the app through a Streamlit component.
 * Every text of the data reaches the page as text (textContent), never as markup.
 *
 * geometry: {before, after, topology, findings}; see geo_merge/maps/display.py.
 * settings: themes, texts, bounds, pixels, counts, language; options: see DEFAULTS.
 */
(function (root) {
  "use strict";

  // The app runs this file once a mount, and each time Leaflet is another.
  const L = root.L;
  const { shapesOf, inside, boxOf } = root.geoBorders; // see borders.js
  const SIDES = ["before", "after"];
  const MODES = ["dual", "swipe", "overlay"];
  const DEFAULTS = {
    card: true, // show a card of the chosen unit; the app has a panel of its own
    languageSwitch: false,
    state: {}, // mode, theme, view, selected, ... to begin with
    onChange: function () {}, // called with the name of what changed, and its value
    detail: null, // returns a promise of the details, for a map that is zoomed in
  };
  const MANY = 2000; // units from which on drawing is made cheaper
  const NO_FIGURE = "#bdbdbd";
  const LIGHT = { hover: { color: "#111", weight: 2 }, chosen: { color: "#d40000", weight: 3 } };
  const SEVERITIES = { error: "#c1121f", warning: "#e08700", info: "#3a6ea5" };
  const RESULTS = 12; // of a search, shown
  const LABELS = 250; // on a map at a time
  const MAX_ZOOM = 30; // of a view in an address: a pixel is a tenth of a millimetre
  const NARROW = 640; // pixels below which two maps stand one above the other

  function el(tag, className, parent, text) {
    const element = document.createElement(tag);
    if (className) { element.className = className; }
    if (text !== undefined && text !== null) { element.textContent = text; }
    if (parent) { parent.appendChild(element); }
    return element;
  }

  /** Return [lng, lat] pairs as Leaflet has them. */
  function latLngs(points) {
    return L.GeoJSON.coordsToLatLngs(points, 0);
  }

  /** Return what a unit is known by: its code, or the label of a part or a piece of land. */
  function idOf(feature) {
    return feature.properties.id || feature.properties.code;
  }

  /** Tell whether a unit is on the map: one without a polygon is known by name alone. */
  function isDrawn(feature) {
    return feature.geometry.coordinates.length > 0;
  }

  /** Return a text without accents and case: "Lệ Viễn" and "le vien" are one. */
  function fold(text) {
    return String(text).normalize("NFD").replace(/\p{M}/gu, "")
      .replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase().trim();
  }

  /** The units of one side: their shapes, and the panes that show them on a map. */
  class Side {
    constructor(name, shapes) {
      this.name = name;
      this.features = shapes[name];
      this.coarse = shapes.coarse;
      this.fine = new Map(); // rings as they were at first, by the units that are drawn finer
      this.boxes = this.features.map((f) => boxOf(f.geometry.coordinates));
      this.byId = new Map();
      this.features.forEach((f, k) => this.byId.set(idOf(f), k));
      this.lights = {};
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
      const many = this.features.length > MANY;
      if (!this.units) {
        this.shapes = new Map(); // on the map, by unit
        this.units = L.geoJSON(this.features.filter(isDrawn), {
          pane: `${this.name}-units`, interactive: false, smoothFactor: many ? 1 : 0, style: style,
          onEachFeature: (feature, shape) => this.shapes.set(feature, shape),
        });
        this.strokes = lines.map((line) => ({ arcs: line.arcs, fine: "", shape: L.polyline(
          line.arcs.map((id) => latLngs(this.coarse.line(id))), Object.assign({
            pane: `${this.name}-lines`, interactive: false, smoothFactor: many ? 1 : 0,
            fill: false, color: "#2b2b2b",
          }, line.style)) }));
        this.lines = L.layerGroup(this.strokes.map((stroke) => stroke.shape));
      }
      this.units.addTo(map);
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
          fillRule: "nonzero" }, LIGHT[kind]),
      }).addTo(this.map);
    }

    /** Write names where they fit and do not overlap, the largest units first. */
    label(shown) {
      if (!this.map) { return; }
      const pane = this.map.getPane(`${this.name}-labels`);
      pane.replaceChildren();
      if (!shown) { return; }
      const view = this.map.getBounds().pad(0.05);
      const pen = Side.pen || (Side.pen = document.createElement("canvas").getContext("2d"));
      pen.font = "600 12px system-ui, sans-serif";
      const taken = [];
      this.order = this.order || this.features
        .map((f, k) => k).sort((a, b) => this.size(b) - this.size(a));
      for (const k of this.order) {
        const f = this.features[k], at = f.properties.at;
        if (!at || at[0] === null || !f.properties.name || !view.contains([at[1], at[0]])) { continue; }
        const point = this.map.latLngToLayerPoint([at[1], at[0]]);
        const width = pen.measureText(f.properties.name).width + 6, height = 15;
        const box = this.boxes[k];
        const room = this.map.latLngToLayerPoint([at[1], box[2]]).x -
          this.map.latLngToLayerPoint([at[1], box[0]]).x;
        if (room < width * 0.75) { continue; }
        const left = point.x - width / 2, top = point.y - height / 2;
        const free = taken.every((t) => left > t[2] || left + width < t[0] ||
          top > t[3] || top + height < t[1]);
        if (!free) { continue; }
        taken.push([left, top, left + width, top + height]);
        const label = el("div", "gm-label", pane, f.properties.name);
        L.DomUtil.setPosition(label, L.point(Math.round(left), Math.round(top)));
        label.style.width = `${Math.ceil(width)}px`;
        if (taken.length >= LABELS) { break; }
      }
    }

    size(k) {
      const box = this.boxes[k];
      return (box[2] - box[0]) * (box[3] - box[1]);
    }
  }

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

  /** Meridians and parallels at a step that suits the zoom, with their degrees at the edge. */
  function graticule(map) {
    const pane = map.createPane("grid");
    pane.style.zIndex = 350;
    pane.style.pointerEvents = "none";
    const group = L.layerGroup().addTo(map);
    const draw = function () {
      group.clearLayers();
      const view = map.getBounds();
      const span = Math.max(view.getEast() - view.getWest(), 1e-6);
      const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
        .find((s) => span / s <= 6) || 45;
      const line = function (a, b) {
        L.polyline([a, b], { pane: "grid", interactive: false, weight: 1, color: "#8894a0",
          opacity: 0.45 }).addTo(group);
      };
      const label = function (at, text, where) {
        L.marker(at, { pane: "grid", interactive: false, keyboard: false,
          icon: L.divIcon({ className: `gm-degree ${where}`, iconSize: null, html: text }) })
          .addTo(group);
      };
      const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
      const east = (x) => (x - 360 * Math.round(x / 360)).toFixed(digits); // 181° is -179°
      for (let x = Math.ceil(view.getWest() / step) * step; x < view.getEast(); x += step) {
        line([view.getSouth(), x], [view.getNorth(), x]);
        label([view.getSouth(), x], `${east(x)}°`, "south");
      }
      for (let y = Math.ceil(view.getSouth() / step) * step; y < view.getNorth(); y += step) {
        line([y, view.getWest()], [y, view.getEast()]);
        label([y, view.getWest()], `${y.toFixed(digits)}°`, "west");
      }
    };
    map.on("moveend", draw);
    draw();
  }

  class BeforeAfter {
    constructor(map, geometry, settings, options) {
      this.settings = settings;
      this.options = Object.assign({}, DEFAULTS, options);
      this.a = map;
      this.geometry = geometry;
      this.shapes = shapesOf(geometry);
      this.sides = { before: new Side("before", this.shapes),
        after: new Side("after", this.shapes) };
      this.members = new Map();
      this.sides.before.features.forEach((f) => {
        const to = f.properties.new_code;
        if (!this.members.has(to)) { this.members.set(to, []); }
        this.members.get(to).push(f);
      });
      this.state = Object.assign({ mode: "dual", theme: "units", opacity: 0.7, divider: 0.5,
        labels: true, lines: true, findings: false, tiles: false, selected: null, view: null,
        language: settings.language }, this.options.state);
      if (!MODES.includes(this.state.mode)) { this.state.mode = "dual"; }
      if (!this.theme()) { this.state.theme = "units"; }
      this.cleanups = [];
      this.build();
      this.watch(this.a);
      const selected = this.state.selected, view = viewOf(this.state.view);
      if (!view) { this.state.view = null; }
      this.touched = Boolean(view);
      this.box.classList.toggle("gm-narrow", this.box.clientWidth < NARROW);
      this.state.selected = null;
      this.setMode(this.state.mode, true);
      if (selected) { this.select(selected.side, selected.code, !view, true); }
    }

    t(key, values) {
      let text = this.settings.texts[this.state.language][key] || key;
      Object.entries(values || {}).forEach(function (pair) {
        text = text.split(`{${pair[0]}}`).join(pair[1]);
      });
      return text;
    }

    number(value, digits) {
      const locale = this.state.language === "vi" ? "vi-VN" : "en-US";
      const most = digits === undefined ? 2 : digits;
      return new Intl.NumberFormat(locale, { maximumFractionDigits: most }).format(value);
    }

    theme() {
      return this.settings.themes.find((theme) => theme.id === this.state.theme);
    }

    change(name, value) {
      this.state[name] = value;
      this.options.onChange(name, value);
    }

    /* What is around the maps ------------------------------------------------------------- */

    build() {
      const container = this.a.getContainer();
      const box = el("div", "gm");
      container.parentNode.insertBefore(box, container);
      this.box = box;
      this.bar = el("div", "gm-bar", box);
      this.stage = el("div", "gm-stage", box);
      container.classList.add("gm-map", "gm-a");
      this.stage.appendChild(container);
      this.second = el("div", "gm-map gm-b", this.stage);
      this.second.hidden = true;
      this.handle = el("div", "gm-handle", this.stage);
      this.tip = el("div", "gm-tip", this.stage);
      this.tip.hidden = true;
      this.titles = { before: el("div", "gm-title gm-title-before", this.stage),
        after: el("div", "gm-title gm-title-after", this.stage) };
      this.legend = el("div", "gm-legend", this.stage);
      this.card = el("div", "gm-card", this.stage);
      this.card.hidden = true;
      this.live = el("div", "gm-live", box);
      this.live.setAttribute("aria-live", "polite");
      this.dragHandle();
      this.write();
      const sizes = new ResizeObserver(() => this.resize());
      sizes.observe(this.stage);
      this.cleanups.push(() => sizes.disconnect());
      const escape = (event) => {
        if (event.key === "Escape") { this.select(null); }
      };
      box.addEventListener("keydown", escape);
      this.cleanups.push(() => box.removeEventListener("keydown", escape));
      this.north();
    }

    north() {
      const control = L.control({ position: "topleft" });
      control.onAdd = () => {
        this.northMark = el("div", "gm-north", null, this.t("north"));
        return this.northMark;
      };
      control.addTo(this.a);
      L.control.scale({ imperial: false }).addTo(this.a);
    }

    /** Write everything that is in words: again when the language changes. */
    write() {
      this.bar.replaceChildren();
      this.box.lang = this.state.language;
      const modes = el("div", "gm-group", this.bar);
      modes.setAttribute("role", "radiogroup");
      modes.setAttribute("aria-label", this.t("mode"));
      MODES.forEach((mode) => {
        const button = el("button", "gm-button", modes, this.t(mode));
        button.type = "button";
        button.dataset.mode = mode;
        button.setAttribute("role", "radio");
        button.addEventListener("click", () => { this.setMode(mode); this.change("mode", mode); });
      });
      const themes = el("select", "gm-select", this.bar);
      themes.setAttribute("aria-label", this.t("colour"));
      this.settings.themes.forEach((theme) => {
        const option = el("option", "", themes, this.t(`theme_${theme.id}`));
        option.value = theme.id;
      });
      themes.value = this.state.theme;
      themes.addEventListener("change", () => { this.setTheme(themes.value); });
      this.themes = themes;
      this.search();
      const ticks = el("div", "gm-group gm-ticks", this.bar);
      const layers = ["labels", "lines"];
      if (this.geometry.findings.features.length) { layers.push("findings"); }
      if (this.settings.tiles) { layers.push("tiles"); }
      this.ticks = {};
      layers.forEach((name) => {
        const label = el("label", "gm-tick", ticks);
        const box = el("input", "", label);
        box.type = "checkbox";
        box.checked = this.state[name];
        box.addEventListener("change", () => { this.show(name, box.checked); });
        el("span", "", label, name === "findings" ? this.findingsLabel() : this.t(name));
        this.ticks[name] = box;
      });
      this.opacity = el("label", "gm-tick gm-opacity", ticks);
      el("span", "", this.opacity, this.t("opacity"));
      const slider = el("input", "", this.opacity);
      slider.type = "range";
      slider.min = 0; slider.max = 100; slider.value = Math.round(100 * this.state.opacity);
      slider.addEventListener("input", () => {
        this.state.opacity = slider.value / 100;
        this.layout();
      });
      slider.addEventListener("change", () => { this.change("opacity", slider.value / 100); });
      const home = el("button", "gm-button", ticks, this.t("home"));
      home.type = "button";
      home.addEventListener("click", () => {
        this.touched = true;
        this.home();
      });
      if (this.options.languageSwitch) {
        const other = this.state.language === "vi" ? "en" : "vi";
        const button = el("button", "gm-button", ticks, other === "vi" ? "Tiếng Việt" : "English");
        button.type = "button";
        button.lang = other;
        button.addEventListener("click", () => { this.setLanguage(other); });
      }
      SIDES.forEach((side) => {
        const title = this.titles[side];
        title.replaceChildren();
        const count = this.number(this.settings.counts[side]);
        el("strong", "", title, this.t(`${side}_title`, { count: count }));
        if (side === "after" && this.settings.errors) {
          const errors = this.number(this.settings.errors);
          el("div", "gm-note gm-wrong", title, this.t("errors", { count: errors }));
        }
        if (this.settings.schematic) { el("div", "gm-note", title, this.t("schematic")); }
      });
      this.handle.setAttribute("aria-label", this.t("curtain"));
      this.mark();
      this.writeLegend();
      if (this.northMark) { this.northMark.textContent = this.t("north"); }
      this.writeCard();
    }

    mark() {
      this.bar.querySelectorAll("[data-mode]").forEach((button) => {
        const on = button.dataset.mode === this.state.mode;
        button.setAttribute("aria-checked", String(on));
        button.classList.toggle("gm-on", on);
      });
    }

    writeLegend() {
      const theme = this.theme();
      this.legend.replaceChildren();
      el("strong", "", this.legend, this.t(`legend_${theme.id}`));
      if (!theme.breaks) { this.legend.classList.add("gm-words"); return; }
      this.legend.classList.remove("gm-words");
      const row = (colour, text) => {
        const line = el("div", "gm-class", this.legend);
        el("i", "", line).style.background = colour;
        el("span", "", line, text);
      };
      const breaks = theme.breaks, digits = theme.digits;
      theme.colours.forEach((colour, k) => {
        if (!breaks.length) { row(colour, this.t("all")); return; }
        const from = k ? this.number(breaks[k - 1], digits) : null;
        const to = k < breaks.length ? this.number(breaks[k], digits) : null;
        row(colour, from === null ? `< ${to}` : to === null ? `≥ ${from}` : `${from} – < ${to}`);
      });
      if (theme.missing) { row(NO_FIGURE, this.t("no_figure")); }
    }

    search() {
      const box = el("div", "gm-search", this.bar);
      const input = el("input", "gm-input", box);
      input.type = "search";
      input.placeholder = this.t("search");
      input.setAttribute("aria-label", this.t("search"));
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-expanded", "false");
      input.autocomplete = "off";
      const list = el("ul", "gm-list", box);
      list.setAttribute("role", "listbox");
      list.hidden = true;
      let found = [], at = -1;
      const close = () => {
        list.hidden = true;
        input.setAttribute("aria-expanded", "false");
      };
      const go = (k) => {
        const item = found[k];
        if (!item) { return; }
        close();
        input.value = item.feature.properties.name;
        this.select(item.side, idOf(item.feature), true);
      };
      const paint = () => {
        list.replaceChildren();
        at = -1;
        found = this.find(input.value);
        found.forEach((item, k) => {
          const entry = el("li", "gm-item", list);
          entry.setAttribute("role", "option");
          const p = item.feature.properties;
          el("strong", "", entry, `${p.unit_type} ${p.name}`.trim());
          el("span", "", entry, [this.t(item.side), p.code, p.district].filter(Boolean).join(" · "));
          entry.addEventListener("pointerdown", (event) => { event.preventDefault(); go(k); });
        });
        if (!found.length && fold(input.value)) {
          el("li", "gm-item gm-none", list, this.t("nothing"));
        }
        list.hidden = !fold(input.value);
        input.setAttribute("aria-expanded", String(!list.hidden));
      };
      input.addEventListener("input", paint);
      input.addEventListener("focus", () => { if (input.value) { paint(); } });
      input.addEventListener("blur", close);
      input.addEventListener("keydown", (event) => {
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
          event.preventDefault();
          at = Math.max(0, Math.min(found.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)));
          [...list.children].forEach((entry, k) => {
            entry.setAttribute("aria-selected", String(k === at));
          });
        } else if (event.key === "Enter") {
          event.preventDefault();
          go(Math.max(at, 0));
        } else if (event.key === "Escape") {
          event.stopPropagation();
          close();
        }
      });
    }

    /** Return the units that a query means: every word of it in name, code, type or district. */
    find(query) {
      const words = fold(query).split(/\s+/).filter(Boolean);
      if (!words.length) { return []; }
      if (!this.index) {
        this.index = SIDES.slice().reverse().flatMap((side) =>
          this.sides[side].features.filter((f) => f.properties.name || f.properties.code)
            .map((feature) => {
              const p = feature.properties;
              return { side: side, feature: feature, name: fold(p.name),
                text: fold([p.unit_type, p.name, p.code, p.district].filter(Boolean).join(" ")) };
            }));
      }
      const whole = words.join(" ");
      const rank = (item) => (item.name === whole || item.feature.properties.code === whole ? 0
        : item.name.startsWith(whole) ? 1 : item.name.includes(whole) ? 2 : 3);
      return this.index.filter((item) => words.every((word) => item.text.includes(word)))
        .map((item) => [rank(item), item]).sort((x, y) => x[0] - y[0])
        .slice(0, RESULTS).map((pair) => pair[1]);
    }

    /* The maps ----------------------------------------------------------------------------- */

    watch(map) {
      // Leaflet gives the map the focus at a click, and a page in a scrolling pane would jump to it.
      const container = map.getContainer();
      container.focus = () => HTMLElement.prototype.focus.call(container, { preventScroll: true });
      ["pointerdown", "wheel", "keydown"].forEach((event) => {
        map.getContainer().addEventListener(event, () => { this.touched = true; },
          { passive: true, capture: true });
      });
      const side = (event) => this.sideAt(map, event.containerPoint);
      let frame = 0;
      map.on("mousemove", (event) => {
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(() => this.hover(map, side(event), event));
      });
      map.on("mouseout", () => { cancelAnimationFrame(frame); this.unhover(); });
      map.on("click", (event) => {
        const where = side(event);
        const unit = this.drawnAt(where, event.latlng.lat, event.latlng.lng);
        this.select(unit && where, unit && idOf(unit));
      });
      map.on("moveend zoomend", () => {
        SIDES.forEach((name) => {
          if (this.sides[name].map === map) { this.sides[name].label(this.state.labels); }
        });
        this.refine(map);
        if (map !== this.a || !this.touched) { return; }
        const c = map.getCenter();
        const view = `${+map.getZoom().toFixed(2)}/${c.lat.toFixed(4)}/${c.lng.toFixed(4)}`;
        if (view === this.state.view) { return; }
        this.state.view = view;
        clearTimeout(this.telling);
        this.telling = setTimeout(() => this.options.onChange("view", view), 400);
      });
      map.on("move zoom viewreset resize", () => this.clip());
      graticule(map);
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
          [this.a, this.b].filter(Boolean).forEach((each) => this.refine(each));
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
      return this.state.opacity > 0.05 ? "after" : "before";
    }

    /** Go to a view, or to the whole area. */
    home(to) {
      const view = viewOf(to);
      if (this.links) { this.links.lead(this.a); }
      if (view) {
        this.a.setView([view[1], view[2]], view[0], { animate: false });
      } else {
        this.fit(this.settings.bounds, { padding: [8, 8] });
      }
    }

    /** Show bounds; on a page that has given the map no room yet, as soon as it does. */
    fit(bounds, options) {
      this.waiting = null;
      if (!L.latLngBounds(bounds).isValid()) { return; } // of a unit that is not drawn
      if (this.a.getSize().x && this.a.getSize().y) {
        this.a.fitBounds(bounds, Object.assign({ animate: false }, options));
      } else {
        this.waiting = [bounds, options];
        this.a.setView(L.latLngBounds(bounds).getCenter(), 8, { animate: false });
      }
    }

    setMode(mode, fresh) {
      this.state.mode = mode;
      this.stage.dataset.mode = mode;
      const view = this.state.view;
      const dual = mode === "dual";
      this.second.hidden = !dual;
      let center = fresh ? null : this.a.getCenter(), zoom = this.a.getZoom();
      this.a.invalidateSize({ pan: false });
      if (!this.touched || !center) {
        this.home(fresh ? view : null);
        center = this.a.getCenter();
        zoom = this.a.getZoom();
      }
      if (dual && !this.b) {
        this.b = L.map(this.second, { zoomControl: false, attributionControl: false,
          preferCanvas: true, zoomSnap: this.a.options.zoomSnap, center: center, zoom: zoom,
          worldCopyJump: false });
        this.watch(this.b);
        this.links = link(this.a, this.b);
      }
      if (dual) { this.b.invalidateSize({ pan: false }); }
      const style = (side) => (feature) => this.style(side, feature);
      const outline = { arcs: this.shapes.outline, style: { weight: 2.6 } };
      this.sides.before.attach(this.a, style("before"), [
        { arcs: this.shapes.districts, style: { weight: 1.4, dashArray: "5 3" } },
        { arcs: this.shapes.provinces, style: { weight: 2.6 } }, outline]);
      this.sides.after.attach(dual ? this.b : this.a, style("after"), [outline]);
      if (this.links) { this.links.lead(this.a); }
      this.a.setView(center, zoom, { animate: false });
      if (dual) { this.b.setView(center, zoom, { animate: false }); }
      this.mark();
      this.layout();
      this.layers();
      this.relight();
      [this.a, dual ? this.b : null].filter(Boolean).forEach((map) => this.refine(map));
    }

    setTheme(id) {
      this.change("theme", id);
      this.themes.value = this.state.theme;
      SIDES.forEach((name) => this.sides[name].units.setStyle((f) => this.style(name, f)));
      this.writeLegend();
    }

    setLanguage(language) {
      if (language === this.state.language) { return; }
      this.change("language", language);
      this.write();
      this.layout();
    }

    show(name, on) {
      this.change(name, on);
      if (this.ticks[name]) { this.ticks[name].checked = on; }
      this.layers();
    }

    /** Put the layers that can be ticked on their maps, or take them off. */
    layers() {
      SIDES.forEach((name) => {
        const side = this.sides[name];
        side.label(this.state.labels);
        if (this.state.lines) { side.lines.addTo(side.map); } else { side.lines.removeFrom(side.map); }
      });
      const maps = [this.a, this.b].filter(Boolean);
      if (this.state.findings && !this.findings) { this.findings = maps.map((m) => this.marks(m)); }
      if (!this.state.findings && this.findings) {
        this.findings.forEach((layer) => layer.remove());
        this.findings = null;
      }
      if (this.state.findings && this.findings.length < maps.length) {
        this.findings.push(this.marks(this.b));
      }
      if (this.state.tiles && !this.tiles) {
        this.tiles = maps.map((map) => L.tileLayer(this.settings.tiles.url, {
          attribution: this.settings.tiles.attribution, maxZoom: 19 }).addTo(map));
      }
      if (!this.state.tiles && this.tiles) {
        this.tiles.forEach((layer) => layer.remove());
        this.tiles = null;
      }
      if (Boolean(this.tiles) !== Boolean(this.overTiles)) {
        this.overTiles = Boolean(this.tiles);
        SIDES.forEach((name) => this.sides[name].units.setStyle((f) => this.style(name, f)));
      }
    }

    marks(map) {
      if (!map.getPane("findings")) { map.createPane("findings").style.zIndex = 450; }
      return L.geoJSON(this.geometry.findings, {
        pane: "findings", interactive: false, smoothFactor: 0,
        pointToLayer: (f, at) => L.circleMarker(at, { pane: "findings", radius: 6 }),
        style: (f) => ({ color: SEVERITIES[f.properties.severity], weight: 3, fillOpacity: 0.25 }),
      }).addTo(map);
    }

    style(side, feature) {
      const p = feature.properties, theme = this.theme();
      let fill = p.colour;
      if (theme.breaks) {
        const value = p[theme.field];
        fill = value === null || value === undefined ? NO_FIGURE
          : theme.colours[theme.breaks.filter((b) => value >= b).length];
      }
      const many = this.sides[side].features.length > MANY;
      return { fillColor: fill, fillOpacity: this.tiles ? 0.6 : 0.88, fillRule: "nonzero",
        color: "#fff", weight: many ? 0.4 : 0.9, opacity: 0.9 };
    }

    layout() {
      this.opacity.hidden = this.state.mode !== "overlay";
      this.handle.hidden = this.state.mode !== "swipe";
      this.sides.after.pane.style.opacity = this.state.mode === "overlay" ? this.state.opacity : 1;
      this.handle.style.left = `${100 * this.state.divider}%`;
      this.handle.setAttribute("aria-valuenow", String(Math.round(100 * this.state.divider)));
      this.clip();
    }

    /** Cut each side at the curtain; panes move with the map, so the cut moves against it. */
    clip() {
      const cut = this.state.mode === "swipe";
      const size = this.a.getSize();
      const corner = this.a.containerPointToLayerPoint([0, 0]);
      const x = corner.x + this.state.divider * size.x;
      const top = corner.y - size.y, bottom = corner.y + 2 * size.y;
      const half = (west, east) => `polygon(${west}px ${top}px, ${east}px ${top}px, ` +
        `${east}px ${bottom}px, ${west}px ${bottom}px)`;
      const far = 2 * size.x;
      this.sides.before.pane && (this.sides.before.pane.style.clipPath =
        cut ? half(corner.x - far, x) : "");
      this.sides.after.pane && (this.sides.after.pane.style.clipPath =
        cut ? half(x, corner.x + far) : "");
    }

    /** Keep the middle of the map in the middle, and the whole area in view until somebody moves. */
    resize() {
      this.box.classList.toggle("gm-narrow", this.box.clientWidth < NARROW);
      if (this.links) { this.links.lead(this.a); }
      this.a.invalidateSize({ animate: false });
      if (!this.a.getSize().x) { return; }
      if (this.b && this.state.mode === "dual") {
        this.b.invalidateSize({ animate: false });
        this.b.setView(this.a.getCenter(), this.a.getZoom(), { animate: false });
      }
      if (this.waiting) { this.fit(...this.waiting); } else if (!this.touched) { this.home(); }
      this.clip();
    }

    dragHandle() {
      const handle = this.handle;
      handle.tabIndex = 0;
      handle.setAttribute("role", "slider");
      handle.setAttribute("aria-valuemin", "0");
      handle.setAttribute("aria-valuemax", "100");
      const to = (share) => {
        this.state.divider = Math.max(0.02, Math.min(0.98, share));
        this.layout();
      };
      handle.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        handle.setPointerCapture(event.pointerId);
        handle.onpointermove = (move) => {
          const box = this.stage.getBoundingClientRect();
          to((move.clientX - box.left) / box.width);
        };
      });
      handle.addEventListener("pointerup", () => {
        handle.onpointermove = null;
        this.change("divider", this.state.divider);
      });
      handle.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
        if (step) { event.preventDefault(); to(this.state.divider + step); }
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

    hover(map, side, event) {
      const pair = this.pair(side, event.latlng);
      if (!pair) { this.unhover(); return; }
      this.sides.before.light("hover", pair.before ? [pair.before] : []);
      this.sides.after.light("hover", pair.after ? [pair.after] : []);
      this.tip.replaceChildren();
      SIDES.forEach((name) => {
        const unit = pair[name];
        if (!unit) { return; }
        const line = el("div", "", this.tip);
        el("span", "", line, `${this.t(name)}: `);
        el("strong", "", line, `${unit.properties.unit_type} ${unit.properties.name}`.trim());
        const place = [unit.properties.district, unit.properties.code].filter(Boolean).join(" · ");
        el("small", "", line, ` ${place}`);
        const value = this.theme().breaks ? unit.properties[this.theme().field] : null;
        if (value !== null && value !== undefined) {
          el("small", "", line, ` · ${this.number(value)}${this.unit()}`);
        }
      });
      const box = this.stage.getBoundingClientRect();
      const x = event.originalEvent.clientX - box.left, y = event.originalEvent.clientY - box.top;
      this.tip.hidden = false;
      const left = x + 16 + this.tip.offsetWidth > box.width ? x - 12 - this.tip.offsetWidth : x + 16;
      const top = y + 16 + this.tip.offsetHeight > box.height ? y - 12 - this.tip.offsetHeight : y + 16;
      this.tip.style.transform = `translate(${Math.max(2, left)}px, ${Math.max(2, top)}px)`;
      this.twin(map, event.latlng);
    }

    unit() {
      const unit = this.theme().unit;
      return unit ? ` ${this.t(unit)}` : "";
    }

    /** Show on the other map where the pointer is on this one. */
    twin(map, latlng) {
      const other = this.state.mode === "dual" ? (map === this.a ? this.b : this.a) : null;
      if (this.dot && this.dot._map !== other) { this.dot.remove(); this.dot = null; }
      if (!other) { return; }
      if (!this.dot) {
        if (!other.getPane("twin")) { other.createPane("twin").style.zIndex = 640; }
        this.dot = L.marker(latlng, { pane: "twin", interactive: false, keyboard: false,
          icon: L.divIcon({ className: "gm-twin", iconSize: [12, 12] }) }).addTo(other);
      }
      this.dot.setLatLng(latlng);
    }

    unhover() {
      this.tip.hidden = true;
      SIDES.forEach((name) => this.sides[name].map && this.sides[name].light("hover", []));
      if (this.dot) { this.dot.remove(); this.dot = null; }
    }

    /** Choose a unit: a new one lights up its members, an old one what it became. */
    select(side, code, fly, quiet) {
      const unit = side ? this.sides[side].get(code) : null;
      const chosen = unit ? { side: side, code: code } : null;
      const same = JSON.stringify(chosen) === JSON.stringify(this.state.selected);
      this.state.selected = chosen;
      this.relight();
      this.writeCard();
      if (unit) {
        const p = unit.properties;
        this.live.textContent = `${this.t(side)}: ${p.unit_type} ${p.name}`;
        if (fly) {
          this.touched = true;
          if (this.links) { this.links.lead(this.a); }
          const bounds = this.sides.after.get(this.family().code)
            ? this.sides.after.boundsOf([this.sides.after.get(this.family().code)])
            : this.sides[side].boundsOf([unit]);
          this.fit(bounds, { padding: [40, 40], maxZoom: 14 });
        }
      }
      if (!same && !quiet) { this.options.onChange("selected", chosen); }
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
      const family = this.family(), chosen = this.state.selected;
      const old = chosen && chosen.side === "before" ? [this.sides.before.get(chosen.code)] : [];
      this.sides.before.light("chosen", old.length ? old : family.members);
      this.sides.after.light("chosen", family.after ? [family.after] : []);
    }

    writeCard() {
      this.card.replaceChildren();
      const chosen = this.state.selected;
      this.card.hidden = !chosen || !this.options.card;
      if (this.card.hidden) { return; }
      const family = this.family();
      const close = el("button", "gm-close", this.card, "×");
      close.type = "button";
      close.setAttribute("aria-label", this.t("close"));
      close.addEventListener("click", () => this.select(null));
      if (chosen.side === "before") {
        const old = this.sides.before.get(chosen.code).properties;
        el("div", "gm-kicker", this.card, this.t("before"));
        el("h3", "", this.card, `${old.unit_type} ${old.name}`.trim());
        this.facts(old);
        el("div", "gm-kicker", this.card, this.t("became"));
      } else {
        el("div", "gm-kicker", this.card, this.t("after"));
      }
      if (!family.after) { return; }
      el("h3", "", this.card, `${family.after.properties.unit_type} ` +
        family.after.properties.name);
      this.facts(family.after.properties);
      el("div", "gm-kicker", this.card, this.t("made_of", { count: family.members.length }));
      const list = el("ul", "", this.card);
      family.members.forEach((member) => {
        const p = member.properties;
        const button = el("button", "gm-member", el("li", "", list), `${p.unit_type} ${p.name}`.trim());
        button.type = "button";
        button.addEventListener("click", () => this.select("before", idOf(member)));
        el("small", "", button, [p.district, p.code].filter(Boolean).map((x) => ` · ${x}`).join(""));
      });
    }

    facts(p) {
      const list = el("dl", "", this.card);
      const fact = (key, value, digits, unit) => {
        if (value === null || value === undefined || value === "") { return; }
        el("dt", "", list, this.t(key));
        el("dd", "", list, typeof value === "number"
          ? `${this.number(value, digits)}${unit ? ` ${this.t(unit)}` : ""}` : value);
      };
      fact("code", p.code);
      fact("district", p.district);
      fact("area", p.area_km2, 2, "km2");
      fact("declared_area", p.declared_area_km2, 2, "km2");
      fact("population", p.population, 0);
      fact("declared_population", p.declared_population, 0);
      fact("density", p.density, 0, "per_km2");
    }

    /** Say how many findings the layer shows, and of how many. */
    findingsLabel() {
      const shown = this.geometry.findings.features.length, all = this.settings.findings;
      return `${this.t("findings")} (${this.number(shown)}` +
        `${all > shown ? ` / ${this.number(all)}` : ""})`;
    }

    /** Go to a finding (GeoJSON) and outline it. */
    focus(finding) {
      const found = finding.features;
      if (this.focused) { this.focused.forEach((layer) => layer.remove()); this.focused = null; }
      if (!found.length) { return; }
      this.focused = [this.a, this.state.mode === "dual" ? this.b : null].filter(Boolean)
        .map((map) => {
          if (!map.getPane("findings")) { map.createPane("findings").style.zIndex = 450; }
          return L.geoJSON(found, { pane: "findings", interactive: false, smoothFactor: 0,
            style: { color: "#d40000", weight: 4, fill: false },
            pointToLayer: (f, at) => L.circleMarker(at, { pane: "findings", radius: 12 }) })
            .addTo(map);
        });
      this.touched = true;
      if (this.links) { this.links.lead(this.a); }
      this.fit(this.focused[0].getBounds().pad(0.5), { maxZoom: 15 });
    }

    /** Take what Python says into account, without a word back. */
    update(settings, state) {
      this.settings = Object.assign({}, this.settings, settings);
      if (state.language && state.language !== this.state.language) {
        this.state.language = state.language;
        this.write();
        this.layout();
      }
      const mine = JSON.stringify(this.state.selected), theirs = JSON.stringify(state.selected || null);
      if (state.selectionId !== this.selectionId) {
        this.selectionId = state.selectionId;
        if (mine !== theirs) {
          const chosen = state.selected || {};
          this.select(chosen.side || null, chosen.code, true, true);
        }
      }
      if (state.focus && state.focus.id !== this.focusId) {
        this.focusId = state.focus.id;
        this.focus(state.focus.feature);
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
        // Canvases that were asked to draw do so in the next frame, and must still be there.
        requestAnimationFrame(() => map.remove());
      });
      this.box.remove();
    }
  }

  /** Return zoom, latitude and longitude of a view in an address; null for what is none. */
  function viewOf(text) {
    if (!/^\d+(\.\d+)?(\/-?\d+(\.\d+)?){2}$/.test(text)) { return null; }
    const view = text.split("/").map(Number);
    return view[0] <= MAX_ZOOM && Math.abs(view[1]) <= 90 && Math.abs(view[2]) <= 540 ? view : null;
  }

  /** Keep the state of a page of its own in its address, so that a link leads to the same view. */
  function inAddress(settings) {
    const read = new URLSearchParams(location.hash.slice(1));
    const state = {};
    ["mode", "theme", "view"].forEach((key) => { if (read.get(key)) { state[key] = read.get(key); } });
    const unit = (read.get("unit") || "").split(":");
    if (unit.length > 1 && SIDES.includes(unit[0])) {
      state.selected = { side: unit[0], code: unit.slice(1).join(":") };
    }
    const language = read.get("lang") || new URLSearchParams(location.search).get("lang");
    state.language = settings.texts[language] ? language : settings.language;
    return {
      state: state,
      onChange: function (name, value) {
        const write = new URLSearchParams(location.hash.slice(1));
        if (name === "selected") {
          if (value) { write.set("unit", `${value.side}:${value.code}`); } else { write.delete("unit"); }
        } else if (["mode", "theme", "view"].includes(name)) {
          write.set(name, value);
        } else if (name === "language") {
          write.set("lang", value);
        } else {
          return;
        }
        history.replaceState(null, "", `#${write.toString()}`);
      },
    };
  }

  root.geoMerge = {
    fold: fold,
    inAddress: inAddress,
    mount: (map, geometry, settings, options) => new BeforeAfter(map, geometry, settings, options),
  };
})(typeof globalThis !== "undefined" ? globalThis : window);
