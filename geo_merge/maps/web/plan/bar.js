/* What stands over a plan: tools, the unit that is painted with, undo, and what is not right yet. */
(function (geo) {
  "use strict";

  const { el, button } = geo;
  const TOOLS = ["click", "brush", "rectangle", "look"];
  const CHIPS = ["nowhere", "apart", "seat", "short", "empty"];

  /** Return the places of what is not right: units (codes) or old units (rows), by kind. */
  function wrongs(live) {
    const units = live.model.order.map((code) => live.model.news.get(code)).filter(Boolean);
    const having = (fault) => units.filter((unit) => geo.faults(unit).includes(fault)).map((u) => u.code);
    return {
      nowhere: live.model.homes.flatMap((home, row) => (home === null ? [row] : [])),
      apart: having("apart"), seat: having("seat"), short: having("short"), empty: having("empty"),
    };
  }

  function bar(live, parent, parts) {
    const tools = el("div", "gm-group", parent);
    tools.setAttribute("role", "radiogroup");
    const buttons = TOOLS.map((tool, k) => {
      const one = button("gm-button", tools, "", () => pick(tool));
      one.setAttribute("role", "radio");
      one.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) { return; }
        event.preventDefault();
        const beside = (k + step + TOOLS.length) % TOOLS.length;
        pick(TOOLS[beside]);
        buttons[beside].focus();
      });
      return one;
    });
    const target = el("select", "gm-select gp-target", parent);
    target.addEventListener("change", () => live.choose(target.value || null, false));
    const undo = button("gm-button", parent, "↶", () => live.tell({ operation: "undo" }));
    const redo = button("gm-button", parent, "↷", () => live.tell({ operation: "redo" }));
    const found = button("gm-button", parent, "", () => parts.founding.toggle());
    const chips = {};
    CHIPS.forEach((kind) => { chips[kind] = button("gm-button gp-chip", parent, "", () => next(kind)); });
    const at = {};
    let listed = null;

    function pick(tool) {
      live.pick(tool);
      mark();
    }

    function mark() {
      TOOLS.forEach((tool, k) => {
        const on = live.tool() === tool;
        buttons[k].classList.toggle("gm-on", on);
        buttons[k].setAttribute("aria-checked", String(on));
        buttons[k].tabIndex = on ? 0 : -1;
      });
    }

    /** Go to the next place that is not right in this way. */
    function next(kind) {
      const places = wrongs(live)[kind];
      if (!places.length) { return; }
      at[kind] = ((at[kind] ?? -1) + 1) % places.length;
      if (kind === "nowhere") { live.go(places[at[kind]], true); } else { live.choose(places[at[kind]], true); }
    }

    /** List the new units, again if one came, went or has another name. */
    function targets() {
      const names = live.t("eraser") + live.model.order.map((code) => `${code} ${live.nameOfNew(code)}`).join("\n");
      if (names === listed) { target.value = live.target() ?? ""; return; }
      listed = names;
      target.replaceChildren();
      el("option", "", target, live.t("eraser")).value = "";
      live.model.order.forEach((code) => { el("option", "", target, live.nameOfNew(code)).value = code; });
      target.value = live.target() ?? "";
    }

    return {
      write() {
        tools.setAttribute("aria-label", live.t("tools"));
        TOOLS.forEach((tool, k) => {
          buttons[k].textContent = live.t(`tool_${tool}`);
          buttons[k].title = live.t(`tool_${tool}_help`);
        });
        target.setAttribute("aria-label", live.t("painting"));
        [[undo, "undo"], [redo, "redo"]].forEach(([one, key]) => {
          one.setAttribute("aria-label", live.t(key));
          one.title = live.t(`${key}_help`);
        });
        found.textContent = live.t("found");
        this.update();
      },
      update() {
        mark();
        targets();
        undo.disabled = !live.settings.undo;
        redo.disabled = !live.settings.redo;
        const wrong = wrongs(live);
        CHIPS.forEach((kind) => {
          chips[kind].hidden = !wrong[kind].length;
          chips[kind].textContent = live.t(`chip_${kind}`, { n: live.number(wrong[kind].length) });
        });
      },
      chosen() { target.value = live.target() ?? ""; },
    };
  }

  /** The form in which a new unit is founded. */
  function founding(live, parent) {
    const form = el("form", "gp-founding", parent);
    form.hidden = true;
    const fields = {};
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const [code, name, type] = ["code", "name", "type"].map((key) => fields[key].value.trim());
      if (!code || !name) { live.say(live.t("needs_both"), true); return; }
      if (live.model.news.has(code)) { live.say(live.t("code_taken", { code: code }), true); return; }
      live.tell({ operation: "found", code: code, unit_name: name, unit_type: type });
      live.await(code);
      form.hidden = true;
    });
    function free() {
      let n = live.model.order.length + 1;
      while (live.model.news.has(`M${n}`)) { n += 1; }
      return `M${n}`;
    }
    function write() {
      form.replaceChildren();
      ["code", "name", "type"].forEach((key) => {
        fields[key] = geo.planField(form, live.t(key), "", () => {}, key === "type" ? "gp-found-types" : null);
      });
      const types = el("datalist", "", form);
      types.id = "gp-found-types";
      live.settings.types.forEach((type) => { el("option", "", types).value = type; });
      const send = el("button", "gm-button gm-on", form, live.t("found_it"));
      send.type = "submit";
      button("gm-button", form, live.t("cancel"), () => { form.hidden = true; });
    }
    return {
      write,
      toggle() {
        form.hidden = !form.hidden;
        if (form.hidden) { return; }
        fields.code.value = free();
        fields.type.value = live.settings.types[0] || "";
        fields.name.focus();
      },
    };
  }

  Object.assign(geo, { planBar: bar, founding });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
