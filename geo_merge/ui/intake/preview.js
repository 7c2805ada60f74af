/* The layers as they were given, before anything is merged: outlines with code and name. */
export default function (component) {
  const { parentElement, data } = component;
  const host = parentElement.querySelector(".gm-preview");
  if (host.shown === data.key) { return undefined; }
  if (host.map) { host.map.remove(); }
  host.replaceChildren();
  host.shown = data.key;
  host.setAttribute("role", "group");
  host.setAttribute("aria-label", data.label);
  const map = L.map(host, { preferCanvas: true, attributionControl: false, zoomSnap: 0.1,
    zoomControl: false, zoomAnimation: false }); // its end would come after the map is removed
  L.control.zoom({ zoomInTitle: data.zoom_in, zoomOutTitle: data.zoom_out }).addTo(map);
  host.map = map;
  const style = { color: "#0b6e8f", weight: 1, fillColor: "#56b4d6", fillOpacity: 0.25 };
  const units = L.geoJSON(JSON.parse(data.outlines), {
    style: style,
    onEachFeature: function (feature, layer) {
      const told = document.createElement("span"); // names are text, never markup
      told.textContent = `${feature.properties.code} ${feature.properties.label}`.trim();
      layer.bindTooltip(told, { sticky: true });
      layer.on({
        mouseover: () => layer.setStyle({ weight: 3 }),
        mouseout: () => layer.setStyle(style),
      });
    },
  }).addTo(map);
  const fit = () => { map.invalidateSize(); map.fitBounds(units.getBounds(), { padding: [6, 6] }); };
  if (units.getLayers().length) { fit(); } else { map.setView([0, 0], 1); }
  host.ready = units.getLayers().length;
  const watch = new ResizeObserver(() => { if (units.getLayers().length) { fit(); } });
  watch.observe(host);
  return function () {
    watch.disconnect();
    if (host.map) { host.map.remove(); host.map = null; host.shown = null; }
  };
}
