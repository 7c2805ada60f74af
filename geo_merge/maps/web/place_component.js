/* The map of one place in the app: a Streamlit component around place.js. */
export default function (component) {
  const { parentElement, data } = component;
  const host = parentElement.querySelector(".gm-place-host");
  if (host.key !== data.key) {
    if (host.shown) { host.shown.end(); }
    host.shown = geoMerge.placeMaps(host, data.place, data.words);
    host.key = data.key;
    geoMerge.placed = host.shown; // for whoever wants to look
  }
  return function () {
    if (host.shown) { host.shown.end(); }
    host.shown = null;
    host.key = null;
  };
}
