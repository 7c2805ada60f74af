/* The old units as a list: some are chosen in it, and put into the unit at hand or taken out. */
(function (geo) {
  "use strict";

  const { el, button } = geo;
  const MOST = 500; // options; what is searched for finds the others

  function list(live, parent) {
    const search = el("input", "gm-input gp-search", parent);
    search.type = "search";
    const only = geo.tick(parent, "", false, fill);
    const words = only.parentNode.lastChild;
    const box = el("select", "gp-list", parent);
    box.multiple = true;
    const more = el("p", "gm-faint", parent);
    const bar = el("div", "gp-buttons", parent);
    const put = button("gm-button", bar, "", () => act(live.target()));
    const out = button("gm-button", bar, "", () => act(null));
    search.addEventListener("input", fill);

    function act(to) {
      const rows = [...box.selectedOptions].map((option) => Number(option.value));
      if (rows.length) { live.act(rows, to); }
    }

    function label(row) {
      const [code, name, type, district] = live.model.units[row];
      const home = live.model.homes[row];
      const unit = home === null ? live.t("nowhere") : live.nameOfNew(home);
      return `${`${type} ${name}`.trim()} (${code})${district ? `, ${district}` : ""} → ${unit}`;
    }

    function fill() {
      const asked = geo.fold(search.value);
      const rows = live.model.units.flatMap(([code, name, type, district], row) =>
        ((only.checked && live.model.homes[row] !== null) ||
          (asked && !geo.fold(`${code} ${type} ${name} ${district}`).includes(asked)) ? [] : [row]));
      const chosen = new Set([...box.selectedOptions].map((option) => Number(option.value)));
      box.replaceChildren();
      rows.slice(0, MOST).forEach((row) => {
        const option = el("option", "", box, label(row));
        option.value = row;
        option.selected = chosen.has(row);
      });
      more.hidden = rows.length <= MOST;
      more.textContent = live.t("rows_shown", { n: live.number(MOST), all: live.number(rows.length) });
    }

    return {
      write() {
        search.placeholder = live.t("search_communes");
        search.setAttribute("aria-label", live.t("search_communes"));
        box.setAttribute("aria-label", live.t("communes"));
        words.textContent = live.t("only_nowhere");
        out.textContent = live.t("take_out");
        this.update();
      },
      update() {
        put.disabled = live.target() === null;
        put.textContent = live.target() === null ? live.t("choose_unit")
          : live.t("put_into", { unit: live.nameOfNew(live.target()) });
        if (!parent.hidden) { fill(); }
      },
    };
  }

  Object.assign(geo, { planList: list });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
