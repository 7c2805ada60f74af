/* From a unit to the next one in a direction, for those who have no mouse. */
(function (geo) {
  "use strict";

  const WAYS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const WIDE = Math.cos((75 * Math.PI) / 180); // how far from the direction a unit may lie

  /** Return which of some places [x, y] lies nearest in the direction of a key, or -1. */
  function towards(key, from, places) {
    const way = WAYS[key];
    const aspect = Math.cos((from[1] * Math.PI) / 180);
    let best = -1, least = Infinity;
    places.forEach(function (at, k) {
      const x = (at[0] - from[0]) * aspect, y = at[1] - from[1], far = Math.hypot(x, y);
      const straight = far && (x * way[0] + y * way[1]) / far;
      // What lies aside is as far again as it is aside.
      const cost = far * (2 - straight);
      if (straight > WIDE && cost < least) { least = cost; best = k; }
    });
    return best;
  }

  Object.assign(geo, { towards, WAYS });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
