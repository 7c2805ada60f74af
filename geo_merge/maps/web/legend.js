/* What the colours and lines of the map mean, and how many units have which figure. */
(function (geo) {
  "use strict";

  const { el, histogram, classOf, kindsAt } = geo;
  const NO_FIGURE = "#bdbdbd", ZERO = "#ffffff";
  const BARS = 24;

  /** Return what a class of whole numbers holds: "1", "3 – 4", "≥ 5". */
  function whole(from, to, number) {
    if (to === null) { return `≥ ${number(from)}`; }
    return from === to - 1 ? number(from) : `${number(from)} – ${number(to - 1)}`;
  }

  /** Return what the first class holds: one figure if all of it read alike, else from the least on. */
  function begun([least, most], to, text) {
    return text(least) === text(most) ? text(least) : `${text(least)} – < ${text(to)}`;
  }

  /** Return the words of each class of a theme. */
  function classes(theme, all, number) {
    const { breaks, digits } = theme, text = (value) => number(value, digits);
    if (!breaks.length) { return [all]; }
    return theme.colours.map((_, k) => {
      const from = k ? breaks[k - 1] : null, to = k < breaks.length ? breaks[k] : null;
      if (theme.whole) { return whole(from === null ? theme.least : from, to, text); }
      if (from === null && theme.begun && theme.first[0] < to) { return begun(theme.first, to, text); }
      return from === null ? `< ${text(to)}` : to === null ? `≥ ${text(from)}`
        : `${text(from)} – < ${text(to)}`;
    });
  }

  function bars(live, theme, parent) {
    const counts = histogram(theme.figures, BARS);
    const most = Math.max(...counts.map((bar) => bar.count));
    if (!most || most === -Infinity) { return; }
    const drawn = el("div", "gm-histogram", parent);
    const plot = el("div", "gm-bars", drawn);
    plot.setAttribute("aria-hidden", "true");
    counts.forEach((bar) => {
      const column = el("i", "", plot);
      column.style.height = `${bar.count ? Math.max(6, (100 * bar.count) / most) : 0}%`;
      column.style.background = theme.colours[classOf((bar.from + bar.to) / 2, theme.breaks)];
    });
    const ends = el("div", "gm-ends", drawn);
    [counts[0].from, counts[BARS - 1].to].forEach((end) =>
      el("span", "", ends, live.number(end, theme.digits)));
    el("div", "gm-faint", drawn, live.t(`bars_${theme.basis}`, {
      count: live.number(theme.figures.length) }));
  }

  function lines(live, parent) {
    const { districts, provinces, below, edges } = live.shapes;
    const known = { district: districts, province: provinces, below: below, outline: edges.outline,
      gap: edges.gaps, overlap: edges.overlaps };
    Object.keys(known).filter((kind) => known[kind].length && live.state.lines).forEach((kind) => {
      const row = el("div", "gm-class", parent);
      el("i", `gm-line gm-line-${kind}`, row);
      el("span", "", row, live.t(`line_${kind}`));
    });
  }

  /** Write what stands there when the legend is folded too: what is shown, and its colours. */
  function heading(live, theme, parent) {
    parent.replaceChildren();
    const title = el("strong", "", parent, live.t(`legend_${theme.text || theme.id}`, theme.words));
    if (theme.year) { title.textContent += ` · ${theme.year}`; }
    const ramp = el("span", "gm-ramp", parent);
    ramp.setAttribute("aria-hidden", "true");
    (theme.breaks ? theme.colours : [])
      .forEach((colour) => { el("i", "", ramp).style.background = colour; });
  }

  function keyed(parent, colour, text, kind) {
    const line = el("div", kind, parent);
    el("i", "", line).style.background = colour;
    el("span", "", line, text);
  }

  /** Write how the figures are spread that classes were made of, and the classes. */
  function scaled(live, theme, parent) {
    bars(live, theme, parent);
    if (theme.zeros) { keyed(parent, ZERO, live.number(0), "gm-class gm-zero"); } // before what is more
    classes(theme, live.t("all"), (value, digits) => live.number(value, digits))
      .forEach((text, k) => {
        const kinds = kindsAt(theme.scale, k, live.state.language);
        keyed(parent, theme.colours[k], kinds ? `${text}: ${kinds}` : text, "gm-class");
      });
  }

  function legend(live) {
    const box = live.parts.legend, summary = el("summary", "", box), parent = el("div", "gm-keys", box);
    summary.addEventListener("click", (event) => {
      event.preventDefault();
      live.store.set({ legend: !box.open });
    });
    const write = function () {
      const theme = live.theme();
      parent.replaceChildren();
      heading(live, theme, summary);
      if (theme.field && theme.source) {
        el("div", "gm-faint", parent, theme.source[live.state.language]);
      }
      box.classList.toggle("gm-words", !theme.breaks);
      const row = (colour, text, kind) => keyed(parent, colour, text, kind);
      if (theme.breaks) {
        const legends = live.legends(), pair = legends.length > 1;
        const parts = pair ? el("div", "gm-pair", parent) : parent;
        legends.forEach((one) => {
          const part = pair ? el("div", "", parts) : parent;
          if (pair) { el("div", "gm-of", part, live.t(one.basis)); }
          scaled(live, one, part);
        });
        if (theme.scale) {
          el("div", "gm-faint", parent, live.t(theme.scale.sure ? "standard_of" : "standard_told",
            { law: theme.scale.law[live.state.language] }));
        }
        if (theme.missing) { row(NO_FIGURE, live.t("no_figure"), "gm-class gm-missing"); }
      }
      const { kept } = live.settings;
      if (!theme.breaks && kept && kept.count) {
        row(kept.colour, live.t("kept", { count: live.number(kept.count) }), "gm-class gm-kept");
      }
      lines(live, parent);
    };
    live.store.on(["language", "theme", "method", "basis", "lines"], write);
    write();
  }

  Object.assign(geo, { legend, classes, NO_FIGURE, ZERO });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
