/* What is under the pointer: named on both sides, with its figure, and shown on the other map. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { el, nameOf, idOf, SIDES } = geo;
  const BESIDE = 16; // pixels from the pointer

  function write(live, pair) {
    const { tip } = live.parts, theme = live.theme();
    tip.replaceChildren();
    SIDES.filter((name) => pair[name]).forEach((name) => {
      const p = pair[name].properties, line = el("div", "", tip);
      el("span", "", line, `${live.t(name)}: `);
      el("strong", "", line, nameOf(pair[name]));
      el("small", "", line, ` ${[p.district, p.code].filter(Boolean).join(" · ")}`);
      if (!theme.breaks) { return; }
      const value = p[theme.field], unit = theme.unit ? ` ${live.t(theme.unit)}` : "";
      if (value === undefined) { return; }
      el("small", "", line, ` · ${value === null ? live.t("no_figure")
        : `${live.number(value)}${unit}`}`);
    });
  }

  function place(live, at) {
    const { tip, stage } = live.parts, box = stage.getBoundingClientRect();
    const x = at.clientX - box.left, y = at.clientY - box.top;
    tip.hidden = false;
    const beside = (from, size, room) => Math.max(2, from + BESIDE + size > room
      ? from - BESIDE + 4 - size : from + BESIDE);
    tip.style.transform = `translate(${beside(x, tip.offsetWidth, box.width)}px, ` +
      `${beside(y, tip.offsetHeight, box.height)}px)`;
  }

  /** Show on the other map where the pointer is on this one. */
  function twin(live, map, latlng) {
    const other = live.state.mode === "dual" ? (map === live.a ? live.b : live.a) : null;
    if (live.dot && live.dot._map !== other) { live.dot.remove(); live.dot = null; }
    if (!other) { return; }
    if (!live.dot) {
      if (!other.getPane("twin")) { other.createPane("twin").style.zIndex = 640; }
      live.dot = L.marker(latlng, { pane: "twin", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "gm-twin", iconSize: [12, 12] }) }).addTo(other);
    }
    live.dot.setLatLng(latlng);
  }

  function unhover(live) {
    live.parts.tip.hidden = true;
    SIDES.forEach((name) => live.sides[name].map && live.sides[name].light("hover", []));
    if (live.dot) { live.dot.remove(); live.dot = null; }
    live.told.forEach((tell) => tell(null));
  }

  function hover(live, map, event) {
    live.told.forEach((tell) => tell(event.latlng));
    const found = live.marks.at(map, event.containerPoint);
    if (found) {
      live.parts.tip.replaceChildren();
      el("div", `gm-found gm-${found.severity}`, live.parts.tip, live.sentence(found));
      place(live, event.originalEvent);
      return;
    }
    const pair = live.pair(live.sideAt(map, event.containerPoint), event.latlng);
    if (!pair) { unhover(live); live.told.forEach((tell) => tell(event.latlng)); return; }
    SIDES.forEach((name) => live.sides[name].light("hover", pair[name] ? [pair[name]] : []));
    write(live, pair);
    place(live, event.originalEvent);
    twin(live, map, event.latlng);
  }

  /** Follow the pointer on a map: a click chooses a finding, a cluster of them, or a unit. */
  function follow(live, map) {
    let frame = 0, last = null; // the pointer, while it is on this map
    map.on("mousemove", (event) => {
      cancelAnimationFrame(frame);
      if (event.originalEvent.target.closest(".leaflet-control")) { // a button is on no unit
        last = null;
        unhover(live);
        return;
      }
      last = event.originalEvent;
      frame = requestAnimationFrame(() => { if (!live.gone) { hover(live, map, event); } });
    });
    map.on("mouseout", () => { last = null; cancelAnimationFrame(frame); unhover(live); });
    map.on("movestart", () => { if (last) { cancelAnimationFrame(frame); unhover(live); } });
    map.on("moveend", () => { // the land went from under the pointer
      if (!last || live.gone) { return; }
      const at = map.mouseEventToContainerPoint(last);
      hover(live, map, { containerPoint: at, latlng: map.containerPointToLatLng(at), originalEvent: last });
    });
    map.on("click", (event) => {
      if (live.state.measuring) { live.measured(event.latlng); return; }
      const found = live.marks.at(map, event.containerPoint);
      if (found) { live.store.set({ finding: found.row }); return; }
      const side = live.sideAt(map, event.containerPoint);
      const unit = live.drawnAt(side, event.latlng.lat, event.latlng.lng);
      live.select(unit && side, unit && idOf(unit));
      geo.uncover(live, event.latlng, map);
    });
  }

  Object.assign(geo, { follow });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
