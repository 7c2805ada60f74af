/* The workplace of a plan in the app: a Streamlit component around plan.js.
 *
 * The old units come once and are kept; after that, what has changed since a revision that the
 * browser has said it has.
 */
const kept = globalThis.geoMergePlans || (globalThis.geoMergePlans = new Map());
const KEPT = 2; // layers
const LEAST = 460, BELOW = 8; // pixels: the least height, and what is left free below

function keep(key, geometry) {
  kept.set(key, geometry);
  if (kept.size > KEPT) { kept.delete(kept.keys().next().value); }
}

/** Let the workplace reach from where it is to the end of the window. */
function fill(host) {
  const fit = function () {
    const top = host.getBoundingClientRect().top + document.documentElement.scrollTop;
    host.style.height = `${Math.max(LEAST, Math.floor(window.innerHeight - top - BELOW))}px`;
  };
  fit();
  window.addEventListener("resize", fit);
  const above = new ResizeObserver(fit);
  above.observe(document.body);
  return () => { window.removeEventListener("resize", fit); above.disconnect(); };
}

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  const host = parentElement.querySelector(".gp-host");
  if (data.geometry) { keep(data.key, JSON.parse(data.geometry)); }
  if (!kept.has(data.key)) {
    setStateValue("told", { key: data.key, has: -1, queue: [], sent: false });
    return undefined;
  }
  if (!host.live || host.key !== data.key) {
    if (host.live) { host.live.destroy(); host.unfill(); }
    host.unfill = fill(host);
    host.live = geoMerge.planner(host, kept.get(data.key), data.settings, (told) =>
      setStateValue("told", { key: host.key, sent: true, ...told }));
    host.key = data.key;
    geoMerge.plan = host.live; // for whoever wants to look
  }
  const told = JSON.parse(data.told);
  if (told.since > host.live.model.revision) {
    setStateValue("told", { key: data.key, has: -1, queue: host.live.model.queue, sent: true });
    return undefined;
  }
  host.live.update(told, data.settings);
  return function () {
    if (host.unfill) { host.unfill(); host.unfill = null; }
    if (host.live) { host.live.destroy(); host.live = null; }
  };
}
