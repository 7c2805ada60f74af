/* How much land, and how much of what is marked on it, lies under what is on the map, and where a
 * layer is placed so that the least does. */
(function (geo) {
  "use strict";

  const CELLS = 64; // of the land, along each side
  const SIZES = [1, 0.97, 0.94, 0.91, 0.88, 0.85]; // of the largest that the window holds
  const PLACES = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1]; // shares of the room left over
  const HIDDEN = 400; // a thousandth of the land hidden weighs more than a map smaller by a third
  const ASIDE = 0.01; // of what a placing costs that is not in the middle

  /** Return how many cells of an area hold land, summed from its north-west corner.
   *
   * Boxes of units and the area are [left, top, right, bottom] in pixels.
   */
  function landIn(boxes, area) {
    const wide = CELLS + 1, sums = new Float64Array(wide * wide);
    const within = (value) => Math.max(0, Math.min(CELLS, value));
    const cell = (value, axis) => (CELLS * (value - area[axis])) / (area[axis + 2] - area[axis]);
    boxes.forEach(([left, top, right, bottom]) => {
      const [from, to] = [Math.floor(cell(left, 0)), Math.ceil(cell(right, 0))].map(within);
      const [first, last] = [Math.floor(cell(top, 1)), Math.ceil(cell(bottom, 1))].map(within);
      for (let y = first; y < last; y++) { sums.fill(1, (y + 1) * wide + from + 1, (y + 1) * wide + to + 1); }
    });
    for (let y = 1; y < wide; y++) {
      for (let x = 1, row = 0; x < wide; x++) {
        row += sums[y * wide + x];
        sums[y * wide + x] = row + sums[(y - 1) * wide + x];
      }
    }
    return sums;
  }

  /** Return the share of the land that a box covers, in parts of the area: [0, 0, 1, 1] is all. */
  function covered(sums, box) {
    const wide = CELLS + 1, all = sums[wide * wide - 1] || 1;
    const [left, top] = [box[0], box[1]].map((v) => Math.max(0, Math.min(CELLS, Math.floor(v * CELLS))));
    const [right, bottom] = [box[2], box[3]].map((v) => Math.max(0, Math.min(CELLS, Math.ceil(v * CELLS))));
    if (right <= left || bottom <= top) { return 0; }
    const at = (x, y) => sums[y * wide + x];
    return (at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top)) / all;
  }

  /** Return where an area goes within free room so that the least of it is hidden: [x, y, scale].
   *
   * layers: sums (landIn) of the land, and of others that are to be seen as much; area: {x, y} of the layer; free: [left, top, right, bottom]; over: boxes that lie on the map.
   */
  function leastHidden(layers, area, free, over) {
    const [width, height] = [free[2] - free[0], free[3] - free[1]];
    const most = Math.min(width / area.x, height / area.y);
    let best = null;
    SIZES.forEach((size) => {
      const scale = size * most, [w, h] = [scale * area.x, scale * area.y];
      PLACES.forEach((across) => PLACES.forEach((down) => {
        const x = free[0] + across * (width - w), y = free[1] + down * (height - h);
        const hidden = over.reduce((sum, box) => layers.reduce((more, sums) => more + covered(sums,
          [(box[0] - x) / w, (box[1] - y) / h, (box[2] - x) / w, (box[3] - y) / h]), sum), 0);
        const cost = HIDDEN * hidden + (1 - size) +
          ASIDE * (Math.abs(across - 0.5) + Math.abs(down - 0.5));
        if (!best || cost < best.cost) { best = { cost: cost, at: [x, y, scale] }; }
      }));
    });
    return best.at;
  }

  Object.assign(geo, { landIn, covered, leastHidden });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
