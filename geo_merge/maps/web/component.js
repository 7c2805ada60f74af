/* The map in the app: a Streamlit component around before_after.js.
 *
 * The geometry comes once and is kept by the page; after that the key alone comes. Its details
 * come when they are asked for.
 */
const kept = globalThis.geoMergeKept || (globalThis.geoMergeKept = new Map());
const details = globalThis.geoMergeDetails || (globalThis.geoMergeDetails = new Map());
const KEPT = 4; // geometries
// As the page writes it (ui/state.py), in the same order.
const IN_ADDRESS = ["work", "lang", "unit", "view", "mode", "theme", "plan"];
const LEAST = 320, BELOW = 6; // pixels: the height of a map, and what is left free under it
const PHONE = 640; // pixels: the width up to which columns stand one above the other

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

/** Let a map reach from where it is to the end of the window, or be so many pixels high at most.
 *
 * One that begins near the end of the window, or below it, is scrolled to: it has all its pixels.
 */
function fill(host, most) {
  const fit = function () {
    const top = host.getBoundingClientRect().top + document.documentElement.scrollTop;
    const room = Math.floor(window.innerHeight - top - BELOW);
    const limit = most && window.innerWidth <= PHONE ? Math.min(most, window.innerHeight / 2) : most;
    const height = room < LEAST ? limit || LEAST : Math.min(room, limit || room);
    host.style.height = `${height}px`;
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

/** Let the address lead to what is shown; only another unit is an entry in the history. */
function writeAddress(name, value) {
  const read = new URLSearchParams(location.search), write = new URLSearchParams();
  if (value) { read.set(name, value); } else { read.delete(name); }
  IN_ADDRESS.forEach((key) => { if (read.has(key)) { write.set(key, read.get(key)); } });
  const query = write.toString();
  if (query === location.search.slice(1)) { return; }
  const address = location.pathname + (query ? `?${query}` : "");
  if (name === "unit") {
    history.pushState({}, "", address);
  } else {
    history.replaceState(history.state, "", address);
  }
}

/** Note when a link to another page is followed.
 *
 * What a map tells after that would be answered for the page it is on, and leave the new one empty.
 */
function watchLinks(host) {
  const look = function (event) {
    const link = event.target.closest("a[href]");
    const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
    if (link && !elsewhere && link.pathname !== location.pathname) { host.left = true; }
  };
  document.addEventListener("click", look, true);
  return () => document.removeEventListener("click", look, true);
}

function mount(host, data, tell) {
  const container = document.createElement("div");
  host.replaceChildren(container);
  const map = L.map(container, { preferCanvas: true, zoomSnap: 0.01, attributionControl: false });
  map.setView([0, 0], 2);
  host.live = geoMerge.mount(map, kept.get(data.key), data.settings, {
    card: data.alone,
    printed: data.alone,
    steps: data.steps,
    state: data.state,
    onChange: function (name, value) {
      if (host.left) { return; }
      if (name === "selected") {
        writeAddress("unit", value ? `${value.side}:${value.code}` : "");
      } else if (["view", "mode", "theme"].includes(name)) {
        writeAddress(name, value);
      } else if (name !== "finding") {
        return;
      }
      tell(name, value);
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
  if ((data.alone || data.height) && !host.unfill) { host.unfill = fill(host, data.height); }
  if (!host.unwatch) { host.unwatch = watchLinks(host); }
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
    if (host.unwatch) { host.unwatch(); host.unwatch = null; }
    if (host.live) { host.live.destroy(); host.live = null; }
  };
}
