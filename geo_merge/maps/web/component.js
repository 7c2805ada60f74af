/* The map in the app: a Streamlit component around before_after.js.
 *
 * The geometry comes once and is kept by the page; after that the key alone comes. Its details
 * come when they are asked for.
 */
const kept = globalThis.geoMergeKept || (globalThis.geoMergeKept = new Map());
const details = globalThis.geoMergeDetails || (globalThis.geoMergeDetails = new Map());
const KEPT = 4; // geometries
const LEAST = 320, BELOW = 6; // pixels: the height of a map, and what is left free under it

function keep(map, key, value) {
  map.set(key, value);
  if (map.size > KEPT) { map.delete(map.keys().next().value); }
}

/** Return a promise of the details of a geometry: asked for once, when a map is zoomed in. */
function detailOf(key, ask) {
  if (!details.has(key)) {
    const detail = {};
    detail.promise = new Promise(function (resolve) { detail.resolve = resolve; });
    keep(details, key, detail);
    ask();
  }
  return details.get(key).promise;
}

/** Let a map that has the page to itself reach from where it is to the end of the window. */
function fill(host) {
  const fit = function () {
    const top = host.getBoundingClientRect().top + document.documentElement.scrollTop;
    host.style.height = `${Math.max(LEAST, Math.floor(window.innerHeight - top - BELOW))}px`;
  };
  fit();
  window.addEventListener("resize", fit);
  // What stands above it may come later.
  const above = new ResizeObserver(fit);
  above.observe(document.body);
  const strip = document.querySelector(".gm-strip");
  if (strip) { above.observe(strip); }
  return function () {
    window.removeEventListener("resize", fit);
    above.disconnect();
  };
}

/** Write into the address what is no step back: a view, as units alone are. */
function note(name, value) {
  const here = new URLSearchParams(location.search), there = new URLSearchParams();
  if (value) { here.set(name, value); } else { here.delete(name); }
  // In the order in which the app writes them: it leaves an address alone that is as it wants it.
  ["lang", "unit", "view", "mode", "theme"].filter((key) => here.get(key))
    .forEach((key) => there.set(key, here.get(key)));
  history.replaceState(history.state, "", `${location.pathname}?${there}`);
}

function mount(host, data, tell) {
  const container = document.createElement("div");
  host.replaceChildren(container);
  const map = L.map(container, { preferCanvas: true, zoomSnap: 0.01, attributionControl: false });
  map.setView([0, 0], 2);
  host.live = geoMerge.mount(map, kept.get(data.key), data.settings, {
    card: data.alone,
    steps: data.steps,
    state: data.state,
    onChange: function (name, value) {
      if (["view", "mode", "theme"].includes(name)) { note(name, value); }
      if (["selected", "view", "mode", "theme", "finding"].includes(name)) { tell(name, value); }
    },
    detail: () => detailOf(data.key, () => tell("detail", data.key)),
  });
  host.key = data.key;
  geoMerge.page = host.live; // as in map.html, for whoever wants to look
  host.live.selectionId = data.state.selectionId;
  if (data.state.focus) { host.live.update(data.settings, data.state); }
}

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  const host = parentElement.querySelector(".gm-host");
  if (data.alone && !host.unfill) { host.unfill = fill(host); }
  if (data.height) { host.style.height = `${data.height}px`; }
  if (data.geometry) {
    keep(kept, data.key, JSON.parse(data.geometry));
  }
  if (data.detail) {
    detailOf(data.key, function () {});
    details.get(data.key).resolve(JSON.parse(data.detail));
    setStateValue("detail", null); // once is enough
  }
  if (!kept.has(data.key)) {
    setStateValue("sent", null); // ask for it
    return undefined;
  }
  if (host.live && host.key === data.key) {
    host.live.update(data.settings, data.state);
  } else {
    if (host.live) { host.live.destroy(); }
    mount(host, data, setStateValue);
    setStateValue("sent", data.key);
  }
  return function () {
    if (host.unfill) { host.unfill(); host.unfill = null; }
    if (host.live) { host.live.destroy(); host.live = null; }
  };
}
