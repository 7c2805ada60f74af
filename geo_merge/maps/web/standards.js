/* Classes at the thresholds of a standard: which kinds of units have enough people or land. */
(function (geo) {
  "use strict";

  const START = "standard:"; // of a way to make classes
  // What a standard asks of, by the figure of a theme.
  const QUANTITIES = { population: "population", declared_population: "population",
    area_km2: "area_km2", declared_area_km2: "area_km2" };

  /** Return the thresholds for the figures of a theme, or null where a standard has none. */
  function scaleOf(standards, method, theme) {
    const found = (standards || []).find((each) => START + each.id === method);
    const limits = found ? found.limits[QUANTITIES[theme.field]] : null;
    return limits && limits.length && !theme.breaks
      ? { law: found.law, sure: found.sure !== false, breaks: limits.map((each) => each.from),
        classes: limits.map((each) => each.classes) } : null;
  }

  /** Return the ways to make classes by standards: [value, law by language]. */
  function standardMethods(standards) {
    return (standards || []).map((each) => [START + each.id, each.law]);
  }

  /** Return the kinds of units whose threshold a class begins with, in a language. */
  function kindsAt(scale, k, language) {
    return scale && k ? scale.classes[k - 1].map((names) => names[language]).join(", ") : "";
  }

  /** Tell whether classes of the theme of a map can be made in a way. */
  function isMethod(live, method) {
    const theme = live.settings.themes.find((each) => each.id === live.state.theme);
    return !method.startsWith(START) || scaleOf(live.settings.standards, method, theme) !== null;
  }

  Object.assign(geo, { scaleOf, isMethod, standardMethods, kindsAt });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
