/* Where a name fits inside its unit. Everything is in pixels; rings are lists of [x, y]. */
(function (geo) {
  "use strict";

  const HEIGHTS = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82]; // shares of the unit's

  /** Return the stretches of a horizontal line that are inside rings, west to east. */
  function stretches(rings, y) {
    const crossed = [];
    rings.forEach(function (ring) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const a = ring[j], b = ring[i], down = a[1] <= y;
        if (down === (b[1] <= y)) { continue; }
        crossed.push([a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0]), down ? 1 : -1]);
      }
    });
    crossed.sort((a, b) => a[0] - b[0]);
    const result = [];
    let times = 0, from = 0;
    crossed.forEach(function ([x, turn]) {
      if (!times) { from = x; }
      times += turn;
      if (!times) { result.push([from, x]); }
    });
    return result;
  }

  function common(one, other) {
    return one.flatMap((a) => other.map((b) => [Math.max(a[0], b[0]), Math.min(a[1], b[1])]))
      .filter((both) => both[1] > both[0]);
  }

  /** Return [x, y] of the middle of a box of a width and height inside rings, or null.
   *
   * box: west, north, east, south of the rings. Nearest to the middle of the unit, of the places
   * that have room.
   */
  function place(rings, box, width, height) {
    if (box[2] - box[0] < width || box[3] - box[1] < height) { return null; }
    for (const share of HEIGHTS) {
      const y = box[1] + share * (box[3] - box[1]);
      const room = [y - height / 2, y - height / 6, y + height / 6, y + height / 2]
        .map((line) => stretches(rings, line)).reduce(common);
      const widest = room.reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a), [0, 0]);
      if (widest[1] - widest[0] >= width) {
        const middle = (box[0] + box[2]) / 2;
        return [Math.max(widest[0] + width / 2, Math.min(widest[1] - width / 2, middle)), y];
      }
    }
    return null;
  }

  /** Return a name in two lines, cut where they are most alike; null for one word. */
  function twoLines(name) {
    const words = name.split(" ");
    const cuts = words.slice(1).map((_, k) => [words.slice(0, k + 1).join(" "),
      words.slice(k + 1).join(" ")]);
    const longer = (lines) => Math.max(lines[0].length, lines[1].length);
    return cuts.length ? cuts.reduce((a, b) => (longer(b) < longer(a) ? b : a)) : null;
  }

  /** Return of several boxes [left, top, right, bottom] those that none before them covers. */
  function apart(boxes) {
    const kept = [];
    boxes.forEach(function (box) {
      const free = kept.every((other) => box[0] > other[2] || box[2] < other[0] ||
        box[1] > other[3] || box[3] < other[1]);
      if (free) { kept.push(box); }
    });
    return kept;
  }

  Object.assign(geo, { place, twoLines, apart });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
