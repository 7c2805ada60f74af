/* A place before and after a repair: two small maps side by side that move together. */
(function (root, geo) {
  "use strict";

  const L = root.L;
  const { el, link, isDark } = geo;
  const LAND = { weight: 2.5, color: "#d40000", dashArray: "5 4", fill: false };
  const MOST = 21; // zoom: a sliver of centimetres can be seen

  /** Write the names of units, where the edge of the map does not cut them. */
  function named(map, features) {
    const texts = features.map((feature) => {
      const at = L.geoJSON(feature).getBounds().getCenter();
      const text = el("span", "", null, feature.properties.name || feature.properties.code);
      L.marker(at, { interactive: false, keyboard: false, icon: L.divIcon({
        className: "gm-place-name", iconSize: [160, 16], html: text }) }).addTo(map);
      return text;
    });
    const whole = function () {
      const edge = map.getContainer().getBoundingClientRect();
      texts.forEach((text) => {
        text.hidden = false;
        const box = text.getBoundingClientRect();
        text.hidden = box.left < edge.left || box.right > edge.right ||
          box.top < edge.top || box.bottom > edge.bottom;
      });
    };
    map.on("moveend", whole);
    whole();
  }

  function side(parent, name, data, words) {
    const cell = el("div", "gm-place-side", parent);
    el("strong", "gm-place-title", cell, words[name]);
    const map = L.map(el("div", "gm-place-map", cell), { attributionControl: false,
      zoomSnap: 0.25, maxZoom: MOST, zoomControl: name === "before" });
    map.fitBounds(data.view, { animate: false });
    const container = map.getContainer();
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", `${words[name]}. ${words.place}`);
    // Leaflet gives the map the focus at a click, and a page in a scrolling pane would jump to it.
    container.focus = () => HTMLElement.prototype.focus.call(container, { preventScroll: true });
    if (name === "before") {
      L.control.scale({ imperial: false }).addTo(map);
      geo.nameZoom(container, (key) => words[key]);
    }
    return map;
  }

  /** Draw what is there of a place on a map; two units on one place are seen through each other. */
  function draw(map, features, land) {
    L.geoJSON(features, { interactive: false, smoothFactor: 0, style: (feature) => ({ weight: 1.2,
      color: "#333", fillColor: feature.properties.colour, fillOpacity: 0.6 }) }).addTo(map);
    L.geoJSON(land, { interactive: false, smoothFactor: 0, style: LAND }).addTo(map);
    named(map, features);
  }

  /** Show a place in an element, in the place of what it showed; return what ends it. */
  function placeMaps(host, data, words) {
    const box = el("div", "gm gm-place-maps");
    box.lang = words.language;
    host.replaceChildren(box);
    const maps = ["before", "after"].map((name) => {
      const map = side(box, name, data, words);
      draw(map, data[name], data.land);
      return map;
    });
    const links = link(...maps);
    const fit = () => maps.forEach((map) => {
      map.invalidateSize({ pan: false });
      links.lead(maps[0]);
      map.fitBounds(data.view, { animate: false });
    });
    box.classList.toggle("gm-dark", isDark(getComputedStyle(box).backgroundColor));
    requestAnimationFrame(fit);
    return { maps: maps, end: function () {
      links.stop();
      maps.forEach(geo.letGo);
      host.replaceChildren();
    } };
  }

  Object.assign(geo, { placeMaps });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
