/* The controls over the map: ways to compare, colours, and a panel of what else can be chosen. */
(function (geo) {
  "use strict";

  const { el, button, choice, tick, standardMethods, METHODS } = geo;
  const MODES = ["dual", "swipe", "overlay"];
  const BASES = ["own", "after", "before", "both"];

  function modes(live, parent) {
    const group = el("div", "gm-group", parent);
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-label", live.t("mode"));
    MODES.forEach((mode) => {
      const radio = button("gm-button", group, live.t(mode), () => live.store.set({ mode: mode }));
      radio.dataset.mode = mode;
      radio.setAttribute("role", "radio");
    });
    group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) { return; }
      event.preventDefault();
      const next = MODES.indexOf(live.state.mode) + step;
      live.store.set({ mode: MODES[(next + MODES.length) % MODES.length] });
      group.querySelector(".gm-on").focus();
    });
  }

  function mark(live) {
    live.parts.bar.querySelectorAll("[data-mode]").forEach((radio) => {
      const on = radio.dataset.mode === live.state.mode;
      radio.setAttribute("aria-checked", String(on));
      radio.tabIndex = on ? 0 : -1;
      radio.classList.toggle("gm-on", on);
    });
    live.parts.bar.querySelector(".gm-opacity").hidden = live.state.mode !== "overlay";
  }

  function opacity(live, parent) {
    const label = el("label", "gm-tick gm-opacity", parent);
    el("span", "", label, live.t("opacity"));
    const slider = el("input", "", label);
    slider.type = "range";
    slider.min = 0; slider.max = 100; slider.value = Math.round(100 * live.state.opacity);
    slider.addEventListener("input", () => live.store.set({ opacity: slider.value / 100 }));
  }

  function themes(live, parent) {
    choice(parent, live.t("colour"),
      live.settings.themes.map((theme) => [theme.id, live.titleOf(theme)]), live.state.theme,
      (id) => live.store.set({ theme: id }));
  }

  /** Say how many findings the layer shows, and of how many. */
  function findingsLabel(live) {
    const shown = live.geometry.findings.features.length, all = live.settings.findings;
    return `${live.t("findings")} (${live.number(shown)}` +
      `${all > shown ? ` / ${live.number(all)}` : ""})`;
  }

  /** What is chosen once and left: layers, and how classes are made. */
  function more(live, parent) {
    const panel = el("div", "gm-panel");
    panel.id = "gm-panel";
    panel.hidden = !live.panelOpen;
    const open = button("gm-button gm-more", parent, live.t("layers"), () => {
      live.panelOpen = !live.panelOpen;
      panel.hidden = !live.panelOpen;
      open.setAttribute("aria-expanded", String(live.panelOpen));
    });
    open.setAttribute("aria-expanded", String(!panel.hidden));
    open.setAttribute("aria-controls", panel.id);
    const layers = ["labels", "lines"];
    if (live.geometry.findings.features.length) { layers.push("findings"); }
    if (live.settings.tiles) { layers.push("tiles"); }
    layers.forEach((name) => {
      const text = name === "findings" ? findingsLabel(live) : live.t(name);
      tick(panel, text, live.state[name], (on) => live.store.set({ [name]: on }));
    });
    const classes = el("div", "gm-kicker", panel, live.t("classes"));
    const how = (label, options, key) => choice(panel, live.t(label), options, live.state[key],
      (value) => live.store.set({ [key]: value }));
    const named = (names, key) => names.map((name) => [name, live.t(`${key}_${name}`)]);
    const laws = standardMethods(live.settings.standards)
      .map(([id, law]) => [id, live.t("by_standard", { law: law[live.state.language] })]);
    const method = how("classes", [...named(METHODS, "method"), ...laws], "method");
    const choices = [method, how("basis", named(BASES, "basis"), "basis")];
    const fit = () => {
      [classes, ...choices].forEach((part) => { part.hidden = !live.theme().made; });
      [...method.options].forEach((option) => { option.disabled = !geo.isMethod(live, option.value); });
      method.value = geo.isMethod(live, live.state.method) ? live.state.method : METHODS[0];
    };
    fit();
    live.fitPanel = fit;
    return panel;
  }

  /** Build the bar, and again when the language or the width changes. */
  function bar(live) {
    const { bar: parent, box } = live.parts;
    const write = function () {
      const narrow = box.classList.contains("gm-narrow");
      parent.replaceChildren();
      geo.searchBox(live, parent);
      const panel = more(live, parent);
      const place = narrow ? panel : parent, last = parent.querySelector(".gm-more");
      modes(live, place);
      themes(live, place);
      opacity(live, place);
      button("gm-button gm-home", place, live.t("home"), () => {
        live.touched = true;
        live.home();
      });
      const ruler = button("gm-button gm-ruler", place, live.t("measure"),
        () => live.store.set({ measuring: !live.state.measuring }));
      ruler.setAttribute("aria-pressed", String(live.state.measuring));
      if (!narrow) { parent.appendChild(last); }
      if (live.options.languageSwitch) {
        const other = live.state.language === "vi" ? "en" : "vi";
        const text = other === "vi" ? "Tiếng Việt" : "English";
        button("gm-button", place, text, () => live.store.set({ language: other })).lang = other;
      }
      parent.appendChild(panel);
      mark(live);
    };
    live.store.on(["language", "narrow"], write);
    live.store.on(["mode"], () => mark(live));
    live.store.on(["measuring"], () => parent.querySelector(".gm-ruler")
      .setAttribute("aria-pressed", String(live.state.measuring)));
    live.store.on(["theme"], () => {
      parent.querySelector(".gm-select").value = live.state.theme;
      live.fitPanel();
    });
    live.store.on(["labels", "lines", "findings", "tiles"], write);
    write();
  }

  Object.assign(geo, { bar, MODES, BASES });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
