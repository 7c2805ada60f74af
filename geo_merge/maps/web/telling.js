/* The state of the map, and its words: what the views around it are told. */
(function (geo) {
  "use strict";

  const { MODES, METHODS, BASES, Store, viewOf, classified, standardMethods } = geo;
  const BEGIN = { mode: "dual", theme: "units", method: "natural", basis: "own", opacity: 0.7,
    divider: 0.5, labels: true, lines: true, findings: false, tiles: false, selected: null,
    walked: null, finding: null, check: "", view: null, narrow: false,
    measuring: false, legend: null }; // null: open where there is room

  class Telling {
    constructor(geometry, settings, options) {
      this.geometry = geometry;
      this.settings = settings;
      this.options = options;
      this.made = {}; // themes with classes, by what they are made of
      this.told = []; // who wants to know where the pointer is
    }

    /** Make the state, of what the address says that there is; return what comes later. */
    begin() {
      const wanted = Object.assign({}, BEGIN, { language: this.settings.language },
        this.options.state);
      const methods = [...METHODS, ...standardMethods(this.settings.standards).map(([id]) => id)];
      const known = { mode: MODES, method: methods, basis: BASES,
        theme: this.settings.themes.map((theme) => theme.id) };
      Object.entries(known).forEach(([name, values]) => {
        if (!values.includes(wanted[name])) { wanted[name] = BEGIN[name]; }
      });
      if (!viewOf(wanted.view)) { wanted.view = null; }
      const later = { selected: wanted.selected, view: wanted.view };
      wanted.selected = null;
      this.store = new Store(wanted);
      this.state = this.store.values;
      return later;
    }

    /** Change the state without a word to whoever made the change. */
    quietly(change) {
      this.quiet = true;
      change();
      this.quiet = false;
    }

    t(key, values) {
      return geo.filled(this.settings.texts[this.state.language][key] || key, values);
    }

    number(value, digits) {
      return geo.number(value, this.state.language, digits);
    }

    /** Return what a theme counts, and of which year. */
    titleOf(theme) {
      const title = this.t(`theme_${theme.text || theme.id}`, theme.words);
      return theme.year ? `${title} ${theme.year}` : title;
    }

    checkName(check) {
      const names = (this.settings.checks || {})[check];
      return names ? `${check} ${names[this.state.language]}` : check;
    }

    /** Return what a finding says; for a cluster, how many lie there. */
    sentence(finding) {
      const text = `${this.checkName(finding.check)}: ${finding.message[this.state.language]}`;
      return finding.together > 1
        ? `${this.t("together", { count: this.number(finding.together) })} ${text}` : text;
    }

    /** Return a finding by its row. */
    finding(row) {
      if (!this.known) {
        this.known = new Map((this.geometry.notices || []).map((each) => [each.row, each]));
        this.geometry.findings.features.forEach(({ properties }) =>
          this.known.set(properties.row, Object.assign({ placed: true }, properties)));
      }
      return this.known.get(row) || null;
    }

    say(text) {
      this.parts.live.textContent = text;
    }

    onPointer(tell) {
      this.told.push(tell);
    }

    /** Return the theme of a side of the map with its classes, which each has of its own. */
    theme(side = "after") {
      const { theme: id, method, basis } = this.state, of = basis === "own" ? side : basis;
      const key = `${id} ${method} ${of}`;
      if (!this.made[key]) {
        const theme = this.settings.themes.find((each) => each.id === id);
        this.made[key] = classified(theme, this.geometry, method, of, this.settings.standards);
      }
      return this.made[key];
    }

    /** Return the themes that the legend tells: both sides', where their classes differ. */
    legends() {
      const [before, after] = geo.SIDES.map((side) => this.theme(side));
      return before === after || !before.made || before.scale ? [after] : [before, after];
    }
  }

  Object.assign(geo, { Telling });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
