/* The new units of a plan as a table: figures, bars against the standard, what is wrong. */
(function (geo) {
  "use strict";

  const { el, button } = geo;
  const MOST = 400; // rows; what is searched for finds the others
  const FULL = 200; // per cent at which a bar is full

  /** Return what is wrong with a unit: keys of texts. */
  function faults(unit) {
    return [
      ...(unit.count || unit.pieces ? [] : ["empty"]),
      ...(unit.parts.length > 1 ? ["apart"] : []),
      ...(unit.seat_outside ? ["seat"] : []),
      ...(unit.verdict === "not_met" ? ["short"] : []),
    ];
  }

  function percents(low, high, live) {
    const of = (value) => live.number(value, 0);
    return low === null ? "?" : low === high ? `${of(low)} %` : `${of(low)}–${of(high)} %`;
  }

  /** A bar of what is reached; the mark in it is what is asked for. */
  function bar(parent, [quantity, low, high], live) {
    const name = live.t(`quantity_${quantity}`);
    const box = el("span", "gp-barred", parent);
    box.title = `${name}: ${percents(low, high, live)}`;
    const track = el("span", "gp-track", box);
    const fill = el("span", low === null ? "gp-unknown" : low >= 100 ? "gp-met" : high >= 100 ? "gp-perhaps" : "gp-short", track);
    fill.style.width = `${low === null ? 0 : Math.min(100, (100 * low) / FULL)}%`;
    el("span", "gp-percent", box, percents(low, high, live));
    return box;
  }

  function row(unit, live) {
    const line = el("tr", "");
    line.dataset.code = unit.code;
    const chosen = live.target() === unit.code;
    line.classList.toggle("gp-chosen", chosen);
    const head = el("th", "", line);
    head.scope = "row";
    const name = button("gp-name", head, "", () => live.choose(unit.code, true));
    name.setAttribute("aria-pressed", String(chosen));
    const swatch = el("i", "gp-swatch", name);
    swatch.style.background = geo.COLOURS[live.model.colours.get(unit.code) ?? 0];
    el("span", "", name, `${unit.type} ${unit.name}`.trim());
    if (unit.locked) { el("span", "gp-lock", name, "🔒").setAttribute("aria-label", live.t("locked")); }
    el("td", "gp-number", line, live.number(unit.count));
    el("td", "gp-number", line, live.number(unit.km2, 1));
    el("td", "gp-number", line, unit.people === null ? "–" : live.number(unit.people));
    const bars = el("td", "gp-bars", line);
    unit.bars.forEach((one) => bar(bars, one, live));
    if (unit.verdict && !unit.bars.length) { el("span", "gp-percent", bars, live.t(`verdict_${unit.verdict}`)); }
    const wrong = faults(unit);
    if (wrong.length) {
      el("div", "gp-faults", head, wrong.map((one) => live.t(`fault_${one}`)).join(" · "));
    }
    return line;
  }

  function table(live, parent) {
    const search = el("input", "gm-input gp-search", parent);
    search.type = "search";
    const scroller = el("div", "gp-scroll", parent);
    scroller.tabIndex = 0;
    const grid = el("table", "gp-table", scroller);
    const head = el("tr", "", el("thead", "", grid));
    const body = el("tbody", "", grid);
    const more = el("p", "gm-faint", parent);
    search.addEventListener("input", all);

    function heads() {
      search.setAttribute("aria-label", live.t("search_units"));
      search.placeholder = live.t("search_units");
      scroller.setAttribute("aria-label", live.t("new_units"));
      scroller.setAttribute("role", "region");
      head.replaceChildren();
      ["new_unit", "communes", "km2", "people", "reached"].forEach((key, k) => {
        const cell = el("th", k && k < 4 ? "gp-number" : "", head, live.t(key));
        cell.scope = "col";
      });
      head.lastChild.hidden = !live.settings.standard;
    }

    function shown() {
      const asked = geo.fold(search.value);
      return live.model.order.map((code) => live.model.news.get(code)).filter((unit) => unit &&
        (!asked || geo.fold(`${unit.code} ${unit.type} ${unit.name}`).includes(asked)));
    }

    /** Write all rows; those of the units that are named, if no row came or went. */
    function all(changed) {
      const units = shown(), seen = units.slice(0, MOST);
      const codes = [...body.children].map((line) => line.dataset.code);
      if (Array.isArray(changed) && codes.join() === seen.map((unit) => unit.code).join()) {
        const wanted = new Set(changed);
        seen.forEach((unit, k) => {
          if (wanted.has(unit.code)) { body.replaceChild(row(unit, live), body.children[k]); }
        });
      } else {
        body.replaceChildren(...seen.map((unit) => row(unit, live)));
      }
      more.hidden = units.length <= MOST;
      more.textContent = live.t("rows_shown", { n: live.number(seen.length), all: live.number(units.length) });
    }

    return { heads, all };
  }

  Object.assign(geo, { planTable: table, faults, bar, percents });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
