/* What the map is coloured by: the classes of a theme, made for the side that is looked at. */
(function (geo) {
  "use strict";

  const { limits, classOf, colours, scaleOf, SIDES, NO_FIGURE, ZERO } = geo;
  const CLASSES = 6;

  /** Return the sides whose figures make the classes. */
  function sidesOf(basis) {
    return basis === "both" ? SIDES : [basis];
  }

  /** Return a theme with its classes: breaks, colours, and the figures that they were made of.
   *
   * The thresholds of a standard are classes where it has some for the figure.
   * Zero is no class of its own unless it is a figure among others: where no people are counted.
   */
  function classified(theme, sides, method, basis, standards) {
    if (!theme.palette) { return theme; }
    const of = (names) => names.flatMap((name) => sides[name].map((p) => p[theme.field]));
    const known = (value) => value !== null && value !== undefined;
    const parts = theme.zero ? (value) => known(value) && value !== 0 : known;
    const looked = of(sidesOf(basis)).filter(parts);
    const figures = looked.length ? looked : of(SIDES).filter(parts);
    const least = figures.reduce((a, b) => Math.min(a, b), Infinity);
    const scale = scaleOf(standards, method, theme);
    const breaks = theme.breaks || (scale ? scale.breaks : limits(method, figures, CLASSES));
    const all = of(SIDES), first = all.filter((value) => parts(value) && !(value >= breaks[0]));
    return Object.assign({}, theme, { breaks: breaks, figures: figures, basis: basis, least: least, scale: scale,
      first: first.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]),
      made: !theme.breaks, colours: colours(theme.palette, breaks.length + 1),
      zeros: Boolean(theme.zero) && all.some((value) => value === 0),
      missing: all.some((value) => !known(value)) });
  }

  /** Return what a unit is filled with. */
  function fillOf(theme, p) {
    if (!theme.breaks) { return p.colour; }
    const value = p[theme.field];
    if (value === null || value === undefined) { return NO_FIGURE; }
    return theme.zeros && value === 0 ? ZERO : theme.colours[classOf(value, theme.breaks)];
  }

  Object.assign(geo, { classified, fillOf });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
