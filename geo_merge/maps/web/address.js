/* The state of a page of its own in its address, so that a link leads to the same view. */
(function (geo) {
  "use strict";

  const { SIDES } = geo;
  const MAX_ZOOM = 30; // of a view in an address: a pixel is a tenth of a millimetre
  const KEPT = ["mode", "theme", "view", "method", "basis"];

  /** Return zoom, latitude and longitude of a view in an address; null for what is none. */
  function viewOf(text) {
    if (!/^\d+(\.\d+)?(\/-?\d+(\.\d+)?){2}$/.test(text)) { return null; }
    const view = text.split("/").map(Number);
    return view[0] <= MAX_ZOOM && Math.abs(view[1]) <= 90 && Math.abs(view[2]) <= 540 ? view : null;
  }

  /** Return where a map is, as the address has it. */
  function viewFrom(map) {
    const c = map.getCenter();
    return `${+map.getZoom().toFixed(2)}/${c.lat.toFixed(4)}/${c.lng.toFixed(4)}`;
  }

  /** Return the first of some tags of languages that the page speaks, else the page's own. */
  function languageOf(tags, settings) {
    const spoken = tags.map((tag) => (tag || "").split("-")[0].toLowerCase());
    return spoken.find((language) => settings.texts[language]) || settings.language;
  }

  function inAddress(settings) {
    const read = new URLSearchParams(location.hash.slice(1));
    const state = {};
    KEPT.forEach((key) => { if (read.get(key)) { state[key] = read.get(key); } });
    const unit = (read.get("unit") || "").split(":");
    if (unit.length > 1 && SIDES.includes(unit[0])) {
      state.selected = { side: unit[0], code: unit.slice(1).join(":") };
    }
    const chosen = read.get("lang") || new URLSearchParams(location.search).get("lang");
    state.language = languageOf([chosen, ...navigator.languages], settings);
    return {
      state: state,
      onChange: function (name, value) {
        const write = new URLSearchParams(location.hash.slice(1));
        if (name === "selected") {
          if (value) { write.set("unit", `${value.side}:${value.code}`); } else { write.delete("unit"); }
        } else if (KEPT.includes(name)) {
          write.set(name, value);
        } else if (name === "language") {
          write.set("lang", value);
          document.documentElement.lang = value;
        } else {
          return;
        }
        history.replaceState(null, "", `#${write.toString()}`);
      },
    };
  }

  Object.assign(geo, { viewFrom, viewOf, languageOf, inAddress });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
