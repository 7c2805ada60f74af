/* Measuring on the map: places are clicked, and their length and area told. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { el, button, lengthOf, areaOf } = geo;
  const LINE = { pane: "measure", interactive: false, color: "#7a00cc", weight: 2.5,
    fillColor: "#7a00cc", fillOpacity: 0.12 };
  const KM = 1000, KM2 = 1e6, HECTARE = 1e4;

  /** Return metres as people read them. */
  function lengthText(live, metres) {
    if (!Number.isFinite(metres)) { return "–"; }
    return metres < KM ? `${live.number(metres, 1)} m` : `${live.number(metres / KM, 3)} km`;
  }

  /** Return square metres as people read them. */
  function areaText(live, m2) {
    if (m2 < HECTARE) { return `${live.number(m2, 1)} m²`; }
    return m2 < KM2 ? `${live.number(m2 / HECTARE, 3)} ha` : `${live.number(m2 / KM2, 3)} km²`;
  }

  /** Return what is told of places: their length, and from three on their area and outline. */
  function told(live, places) {
    if (places.length < 2) { return live.t("measure_start"); }
    const length = live.t("measure_length", { length: lengthText(live, lengthOf(places)) });
    if (places.length < 3) { return length; }
    const around = lengthOf([...places, places[0]]);
    return `${length} · ${live.t("measure_area", { area: areaText(live, areaOf(places)),
      around: lengthText(live, around) })}`;
  }

  /** Let places be measured; live.measured(latlng) takes one while that is under way. */
  function measure(live) {
    const strip = el("div", "gm-steps gm-measure", live.parts.stage);
    let places = [], layers = [];
    const draw = function () {
      layers.forEach((layer) => layer.remove());
      layers = live.state.measuring ? live.maps().map((map) => {
        if (!map.getPane("measure")) {
          map.createPane("measure").style.zIndex = 470;
          map.getPane("measure").style.pointerEvents = "none";
        }
        const at = places.map(([lng, lat]) => [lat, lng]);
        const shape = at.length > 2 ? L.polygon(at, LINE) : L.polyline(at, LINE);
        const dots = at.map((each) => L.circleMarker(each, Object.assign({}, LINE,
          { radius: 4, fillColor: "#fff", fillOpacity: 1 })));
        return L.layerGroup([shape, ...dots]).addTo(map);
      }) : [];
    };
    const write = function () {
      const on = live.state.measuring;
      strip.hidden = !on;
      live.parts.stage.classList.toggle("gm-measuring", on);
      live.maps().forEach((map) => map.doubleClickZoom[on ? "disable" : "enable"]());
      draw();
      strip.replaceChildren();
      if (!on) { return; }
      const text = told(live, places);
      el("p", "gm-measured", strip, text).setAttribute("role", "status");
      el("p", "gm-faint", strip, live.t("measure_how"));
      const back = button("gm-button", strip, live.t("measure_back"), () => {
        places = places.slice(0, -1);
        write();
      });
      back.disabled = !places.length;
      button("gm-button", strip, live.t("measure_end"), () => live.store.set({ measuring: false }));
    };
    live.measured = (latlng) => {
      places = [...places, [latlng.lng, latlng.lat]];
      write();
    };
    live.store.on(["measuring"], () => { places = []; write(); });
    live.store.on(["language", "mode"], write);
    write();
  }

  Object.assign(geo, { measure, lengthText, areaText });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
