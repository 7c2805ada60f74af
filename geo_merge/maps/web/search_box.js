/* The field in which a unit or a district is found by its name or code. */
(function (geo) {
  "use strict";

  const { el, indexed, find, fold, fullName, idOf, nameOf, SIDES } = geo;
  const SHOWN = 50; // results in the list

  /** Return what can be found: new units, old ones, and what these lay in. */
  function entries(live) {
    const units = SIDES.slice().reverse().flatMap((side) => live.sides[side].features
      .filter((f) => f.properties.name || f.properties.code)
      .map((feature) => ({ kind: side, feature: feature, name: feature.properties.name || "",
        type: feature.properties.unit_type, code: feature.properties.code,
        within: feature.properties.district })));
    const parents = (live.settings.parents || []).map((parent) => ({
      kind: parent.level, key: parent.key, name: parent.name, type: "", code: parent.key, within: "" }));
    return units.concat(parents);
  }

  /** Return what a result says beside its name: side, code, district, and what became of it. */
  function place(live, item) {
    if (!item.feature) { return live.t(`old_${item.kind}`); }
    const p = item.feature.properties;
    const after = item.kind === "before" ? live.sides.after.get(p.new_code) : null;
    return [live.t(item.kind), p.code, p.district, after ? `→ ${nameOf(after)}` : ""]
      .filter(Boolean).join(" · ");
  }

  function go(live, item) {
    if (item.feature) {
      live.select(item.kind, idOf(item.feature), true);
    } else {
      live.showParent(item.kind, item.key);
    }
  }

  function field(live, box) {
    const input = el("input", "gm-input", box);
    input.type = "search";
    input.placeholder = live.t("search");
    input.autocomplete = "off";
    input.setAttribute("aria-label", live.t("search"));
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", "gm-list");
    input.setAttribute("aria-autocomplete", "list");
    return input;
  }

  function searchBox(live, parent) {
    const box = el("div", "gm-search", parent), input = field(live, box);
    const drop = el("div", "gm-drop", box), list = el("ul", "gm-list", drop);
    const count = el("div", "gm-count", drop);
    list.id = "gm-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", live.t("search"));
    count.setAttribute("role", "status");
    drop.hidden = true;
    let found = [], at = -1;
    const close = () => {
      drop.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (k) => {
      if (!found[k]) { return; }
      close();
      input.value = found[k].name;
      go(live, found[k]);
    };
    const point = (k) => {
      at = k;
      [...list.children].forEach((entry, n) => entry.setAttribute("aria-selected", String(n === k)));
      input.setAttribute("aria-activedescendant", `gm-found-${k}`);
      list.children[k].scrollIntoView({ block: "nearest" });
    };
    const paint = () => {
      live.index = live.index || indexed(entries(live));
      list.replaceChildren();
      at = -1;
      const all = find(live.index, input.value);
      found = all.slice(0, SHOWN);
      found.forEach((item, k) => {
        const entry = el("li", "gm-item", list);
        entry.id = `gm-found-${k}`;
        entry.setAttribute("role", "option");
        entry.setAttribute("aria-selected", "false");
        el("strong", "", entry, fullName(item.type, item.name));
        el("span", "", entry, place(live, item));
        entry.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(k); });
      });
      count.className = found.length ? "gm-count" : "gm-count gm-none";
      count.textContent = found.length ? live.t("found", { shown: live.number(found.length),
        all: live.number(all.length) }) : live.t("nothing");
      drop.hidden = !fold(input.value);
      input.setAttribute("aria-expanded", String(!drop.hidden));
    };
    input.addEventListener("input", paint);
    input.addEventListener("focus", () => { if (input.value) { paint(); } });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
        event.preventDefault();
        point(Math.max(0, Math.min(found.length - 1, at + (event.key === "ArrowDown" ? 1 : -1))));
      } else if (event.key === "Enter") {
        event.preventDefault();
        choose(Math.max(at, 0));
      } else if (event.key === "Escape") {
        event.stopPropagation();
        close();
      }
    });
  }

  Object.assign(geo, { searchBox });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
