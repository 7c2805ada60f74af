/* The map without a mouse: arrows go from neighbour to neighbour, Enter chooses, and a list of the
 * new units is there for those who listen. */
(function (geo) {
  "use strict";

  const { el, button, idOf, isDrawn, nameOf, towards, WAYS } = geo;

  /** Return the unit to start from: the one walked to last, the chosen one, that in the middle. */
  function here(live, map, side) {
    const { walked, selected } = live.state;
    const known = [walked, selected].find((unit) => unit && unit.side === side);
    if (known) { return live.sides[side].get(known.code); }
    const middle = map.getCenter();
    return live.drawnAt(side, middle.lat, middle.lng);
  }

  function next(live, side, from, middle, key) {
    const at = (unit) => unit.properties.at;
    const drawn = (units) => units.filter((unit) => isDrawn(unit) && at(unit) && at(unit)[0] !== null);
    const start = from ? at(from) : [middle.lng, middle.lat];
    for (const units of [from ? live.sides[side].neighbours(from) : [], live.sides[side].features]) {
      const places = drawn(units), k = towards(key, start, places.map(at));
      if (k >= 0) { return places[k]; }
    }
    return null;
  }

  function walk(live, map, event) {
    const side = live.state.mode === "dual" ? (map === live.a ? "before" : "after")
      : live.topSide();
    if (event.key === "Enter" && live.state.walked) {
      live.select(live.state.walked.side, live.state.walked.code);
      return true;
    }
    if (!WAYS[event.key] || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) {
      return false; // Leaflet moves the map by them
    }
    const from = here(live, map, side), unit = next(live, side, from, map.getCenter(), event.key);
    if (!unit) { return true; }
    live.store.set({ walked: { side: side, code: idOf(unit) } });
    live.touched = true;
    map.panInside([unit.properties.at[1], unit.properties.at[0]], { padding: [80, 80], animate: false });
    const after = side === "before" ? live.sides.after.get(unit.properties.new_code) : null;
    live.say(`${live.t(side)}: ${nameOf(unit)}${after ? ` → ${nameOf(after)}` : ""}`);
    return true;
  }

  /** Let a map be walked; it says what it is and which keys it knows. */
  function walkable(live, map) {
    const container = map.getContainer();
    const name = () => {
      const side = map === live.b ? "after" : live.state.mode === "dual" ? "before" : "both";
      container.setAttribute("role", "application");
      container.setAttribute("aria-label", `${live.t(`map_${side}`)}. ${live.t("keys")}`);
    };
    container.tabIndex = 0;
    container.addEventListener("keydown", (event) => {
      if (event.target === container && walk(live, map, event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
    live.store.on(["language", "mode"], name);
    name();
  }

  /** Write the list of new units. */
  function listed(live) {
    const list = el("ul", "gm-live", live.parts.box);
    const write = () => {
      list.setAttribute("aria-label", live.t("unit_list"));
      list.replaceChildren(...live.sides.after.features.map((unit) => {
        const item = el("li");
        const count = live.number(unit.properties.member_count);
        button("", item, `${nameOf(unit)}: ${live.t("made_of", { count: count })}`,
          () => live.select("after", idOf(unit), true)).tabIndex = -1;
        return item;
      }));
    };
    live.store.on(["language"], write);
    (globalThis.requestIdleCallback || setTimeout)(() => { if (!live.gone) { write(); } });
  }

  Object.assign(geo, { walkable, listed });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
