/* The new unit at hand: its name, type, seat and lock, and each figure against the standard. */
(function (geo) {
  "use strict";

  const { el, button } = geo;

  function field(parent, label, value, change, list) {
    const box = el("label", "gp-field", parent);
    el("span", "", box, label);
    const input = el("input", "gm-input", box);
    input.value = value;
    if (list) { input.setAttribute("list", list); }
    input.addEventListener("change", () => change(input.value.trim()));
    return input;
  }

  function options(parent, id, values) {
    const list = el("datalist", "", parent);
    list.id = id;
    values.forEach(([value, text]) => { el("option", "", list, text).value = value; });
  }

  /** Say what the standard says of a unit, class by class. */
  function standing(parent, unit, live) {
    if (!unit.lines.length) {
      if (unit.verdict) { el("p", "", parent, live.t(`verdict_${unit.verdict}`)); }
      return;
    }
    const list = el("ul", "gp-lines", parent);
    unit.lines.forEach(function ([title, quantity, value, standard, percent, verdict, clause]) {
      const line = el("li", "", list);
      const digits = quantity === "area_km2" ? 2 : 0;
      const of = (number) => (number === null ? "?" : live.number(number, digits));
      geo.bar(line, [quantity, percent, percent], live);
      el("span", `gp-verdict gp-is-${verdict}`, line, live.t(`verdict_${verdict}`));
      el("div", "gm-faint", line, live.t("against", { quantity: live.t(`quantity_${quantity}`),
        value: of(value), standard: of(standard), title: title, clause: clause }));
    });
  }

  function figures(parent, unit, live) {
    const list = el("dl", "gp-figures", parent);
    const add = (key, text) => { el("dt", "", list, live.t(key)); el("dd", "", list, text); };
    add("communes", live.number(unit.count) + (unit.pieces ? ` + ${live.t("pieces", { n: unit.pieces })}` : ""));
    add("km2", live.number(unit.km2, 2));
    add("people", unit.people === null ? "–" : live.number(unit.people) +
      (unit.unknown ? ` (${live.t("unknown_of", { n: unit.unknown })})` : ""));
    if (unit.density !== null) { add("density", live.number(unit.density, 1)); }
    if (unit.compactness !== null) { add("compactness", live.number(unit.compactness, 3)); }
    if (unit.distance !== null) { add("distance", `${live.number(unit.distance, 2)} km`); }
  }

  function warnings(parent, unit, live) {
    if (unit.parts.length > 1) {
      const names = unit.parts.slice(1).flat().slice(0, 8).map((code) => live.nameOf(code)).join(", ");
      el("p", "gp-warning", parent, live.t("apart", { n: unit.parts.length, names: names }));
    }
    if (unit.seat_outside) {
      const place = live.model.row.has(unit.seat) ? live.nameOf(unit.seat) : unit.seat;
      el("p", "gp-warning", parent, live.t("seat_outside", { place: place }));
    }
    if (unit.islands.length) {
      el("p", "gm-faint", parent, live.t("islands", { names: unit.islands.map((code) => live.nameOf(code)).join(", ") }));
    }
  }

  function card(live, parent) {
    let shown = null, code = null;

    /** Write the card again, without taking the field away that somebody is writing in. */
    function keeping(write) {
      const fields = () => [...parent.querySelectorAll("input, button")];
      const at = fields().indexOf(parent.getRootNode().activeElement);
      const text = at < 0 ? "" : fields()[at].value;
      write();
      if (at < 0 || !fields()[at]) { return; }
      if (fields()[at].type === "text") { fields()[at].value = text; }
      fields()[at].focus();
    }

    function show(unit) {
      const say = (operation, values) => live.tell({ operation: operation, unit: unit.code, ...values });
      parent.replaceChildren();
      el("h2", "gp-title", parent, `${unit.type} ${unit.name} (${unit.code})`.trim());
      warnings(parent, unit, live);
      if (live.settings.standard) { standing(parent, unit, live); }
      figures(parent, unit, live);
      const form = el("div", "gp-form", parent);
      field(form, live.t("name"), unit.name, (text) => say("rename", { unit_name: text }));
      field(form, live.t("type"), unit.type, (text) => say("retype", { unit_type: text }), "gp-types");
      field(form, live.t("seat"), unit.seat, (text) => say("set_seat", { seat: text }), "gp-seats");
      options(form, "gp-types", live.settings.types.map((type) => [type, ""]));
      options(form, "gp-seats", live.model.members(unit.code).map((row) => live.model.units[row].slice(0, 2)));
      field(form, live.t("note"), unit.note, (text) =>
        live.tell({ operation: "note", about: `new ${unit.code}`, text: text }));
      const bar = el("div", "gp-buttons", parent);
      geo.tick(bar, live.t("lock"), unit.locked, (on) =>
        live.tell({ operation: "lock", units: [`new ${unit.code}`], locked: on }));
      button("gm-button", bar, live.t("zoom_to"), () => live.choose(unit.code, true));
      button("gm-button", bar, live.t("dissolve"), () => say("dissolve", {}));
    }

    return {
      /** Show the unit that is painted with, again if something of it changed. */
      update() {
        const unit = live.model.news.get(live.target());
        const text = unit ? JSON.stringify([unit, live.settings.language, live.settings.standard]) : null;
        parent.hidden = !unit;
        if (unit && text !== shown) {
          if (unit.code === code) { keeping(() => show(unit)); } else { show(unit); }
        }
        code = unit && unit.code;
        shown = text;
      },
    };
  }

  Object.assign(geo, { planCard: card, planField: field });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
