/* The chosen unit: its figures, what it was made of or became and on which grounds, what is around
 * it, and what was found in it. */
(function (geo) {
  "use strict";

  const { el, button, idOf, nameOf } = geo;
  const GROUNDS = ["clause", "evidence", "words"];

  function facts(live, parent, p) {
    const list = el("dl", "", parent);
    const fact = (label, value, digits, measure) => {
      if (value === null || value === undefined || value === "") { return; }
      el("dt", "", list, label);
      el("dd", "", list, typeof value === "number"
        ? `${live.number(value, digits)}${measure ? ` ${live.t(measure)}` : ""}` : value);
    };
    fact(live.t("code"), p.code);
    fact(live.t("district"), p.district);
    fact(live.t("area"), p.area_km2, 2, "km2");
    fact([live.t("declared_area"), live.settings.declared_year].filter(Boolean).join(" "),
      p.declared_area_km2, 2, "km2");
    live.settings.themes.filter((theme) => theme.counts || theme.id === "density")
      .forEach((theme) => fact(live.titleOf(theme), p[theme.field], theme.digits,
        theme.counts ? "" : theme.unit));
    fact(live.t("iou"), p.iou, 4);
  }

  /** Return on which grounds a unit is where it is: row, match, share, clause of the resolution. */
  function grounds(live, p) {
    const how = { code: "by_code", name: "by_name", kept: "kept_unit" }[p.how];
    return [p.row ? live.t("crosswalk_row", { row: p.row }) : "",
      p.how ? (how ? live.t(how) : p.how) : "",
      p.share && p.share !== 1 ? live.t("share", { share: live.number(100 * p.share) }) : "",
      ...GROUNDS.map((name) => p[name])].filter(Boolean).join(" · ");
  }

  function members(live, parent, found) {
    el("div", "gm-kicker", parent, live.t("made_of", { count: found.length }));
    const list = el("ul", "gm-members", parent);
    found.forEach((member) => {
      const p = member.properties, item = el("li", "", list);
      const one = button("gm-member", item, nameOf(member),
        () => live.select("before", idOf(member)));
      el("small", "", one, [p.below, p.district, p.code].filter(Boolean).map((x) => ` · ${x}`).join(""));
      el("small", "gm-grounds", item, grounds(live, p));
    });
  }

  function neighbours(live, parent, side, row) {
    const found = live.sides[side].neighbours(row);
    if (!found.length) { return; }
    el("div", "gm-kicker", parent, live.t("neighbours", { count: found.length }));
    const line = el("div", "gm-neighbours", parent);
    found.forEach((other) => {
      button("gm-member", line, other.properties.name || other.properties.id,
        () => live.select(side, idOf(other), true));
    });
  }

  function findings(live, parent, p) {
    const found = (p.findings || []).map((row) => live.finding(row)).filter(Boolean);
    if (!found.length) { return; }
    el("div", "gm-kicker", parent, `${live.t("findings")} (${live.number(found.length)})`);
    const list = el("ul", "", parent);
    found.forEach((each) => {
      const item = el("li", `gm-found gm-${each.severity}`, list);
      const text = live.sentence(each);
      if (each.placed) {
        button("gm-member", item, text, () => live.store.set({ finding: each.row }));
      } else {
        item.textContent = text;
      }
    });
  }

  function unit(live, parent, side, feature, whole) {
    el("div", "gm-kicker", parent, whole ? live.t(side) : live.t("became"));
    const heading = el("h2", "gm-name", parent);
    if (whole) {
      heading.textContent = nameOf(feature);
    } else {
      button("gm-member", heading, nameOf(feature), () => live.select(side, idOf(feature)));
    }
    if (feature.properties.kept) { el("p", "gm-faint", parent, live.t("kept_unit")); }
    facts(live, parent, feature.properties);
  }

  /** Build the card, and again when another unit is chosen. */
  function card(live) {
    const parent = live.parts.card;
    const write = function () {
      parent.replaceChildren();
      const chosen = live.state.selected, was = parent.hidden;
      parent.hidden = !chosen || !live.options.card;
      live.parts.box.classList.toggle("gm-carded", !parent.hidden);
      if (parent.hidden !== was) { live.resize(); } // the maps have the rest
      if (parent.hidden) { return; }
      parent.setAttribute("aria-label", live.t("chosen"));
      const grip = button("gm-grip", parent, "", () => parent.classList.toggle("gm-up"));
      grip.setAttribute("aria-label", live.t("pull"));
      button("gm-close", parent, "×", () => live.select(null))
        .setAttribute("aria-label", live.t("close"));
      const family = live.family(), feature = live.sides[chosen.side].get(chosen.code);
      unit(live, parent, chosen.side, feature, true);
      if (chosen.side === "before") {
        el("p", "gm-grounds", parent, grounds(live, feature.properties));
        if (family.after) { unit(live, parent, "after", family.after, false); }
      }
      if (family.after) { members(live, parent, family.members); }
      neighbours(live, parent, chosen.side, feature);
      findings(live, parent, feature.properties);
      parent.scrollTop = 0;
    };
    live.store.on(["selected", "language"], write);
    write();
  }

  Object.assign(geo, { card, grounds });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
