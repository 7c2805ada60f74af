/* Elements of the page, and units as it knows them. What the data says is text, never markup. */
(function (geo) {
  "use strict";

  function el(tag, className, parent, text) {
    const element = document.createElement(tag);
    if (className) { element.className = className; }
    if (text !== undefined && text !== null) { element.textContent = text; }
    if (parent) { parent.appendChild(element); }
    return element;
  }

  function button(className, parent, text, press) {
    const element = el("button", className, parent, text);
    element.type = "button";
    element.addEventListener("click", press);
    return element;
  }

  /** A choice of several, [value, text] each. */
  function choice(parent, label, options, value, choose) {
    const select = el("select", "gm-select", parent);
    select.setAttribute("aria-label", label);
    options.forEach(([id, text]) => { el("option", "", select, text).value = id; });
    select.value = value;
    select.addEventListener("change", () => choose(select.value));
    return select;
  }

  function tick(parent, text, checked, change) {
    const label = el("label", "gm-tick", parent);
    const box = el("input", "", label);
    box.type = "checkbox";
    box.checked = checked;
    box.addEventListener("change", () => change(box.checked));
    el("span", "", label, text);
    return box;
  }

  /** Return what a unit is known by: its code, or the label of a part or a piece of land. */
  function idOf(feature) {
    return feature.properties.id || feature.properties.code;
  }

  /** Tell whether a unit is on the map: one without a polygon is known by name alone. */
  function isDrawn(feature) {
    return feature.geometry.coordinates.length > 0;
  }

  /** Return a name with its type before it, once: "Phường Thọ Xương" has it already. */
  function fullName(type, name) {
    const typed = type && name.toLowerCase().startsWith(`${type.toLowerCase()} `);
    return typed ? name : `${type} ${name}`.trim();
  }

  function nameOf(feature) {
    return fullName(feature.properties.unit_type, feature.properties.name);
  }

  /** Return how light a colour, #rrggbb or rgb(…), is: 0 for black, 255 for white. */
  function lightness(colour) {
    const parts = colour.startsWith("#")
      ? [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16))
      : colour.match(/[\d.]+/g).slice(0, 3).map(Number);
    return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2];
  }

  /** Tell whether a colour is nearer to black than to white. */
  function isDark(colour) {
    return lightness(colour) < 128;
  }

  /** Tell whether a white line would be lost on a colour. */
  function isPale(colour) {
    return lightness(colour) > 200;
  }

  /** Say what the buttons of Leaflet do, which says it in English; told("zoom_in") are the words. */
  function nameZoom(container, told) {
    ["zoom_in", "zoom_out"].forEach((key) => {
      const control = container.querySelector(`.leaflet-control-${key.replace("_", "-")}`);
      if (!control) { return; }
      control.title = told(key);
      control.setAttribute("aria-label", told(key));
    });
  }

  Object.assign(geo, { el, button, choice, tick, idOf, isDrawn, fullName, nameOf, isDark, isPale, nameZoom });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
