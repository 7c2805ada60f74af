/* Classes of figures: where one ends and the next begins, and how many figures each has.
 *
 * A figure belongs to the class of the last limit that it reaches. Limits are the roundest numbers
 * that part the same figures.
 */
(function (geo) {
  "use strict";

  const METHODS = ["natural", "quantiles", "equal"];

  /** Return the roundest number above low that is not above high. */
  function roundest(low, high) {
    for (let power = Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)))); power > -12; power--) {
      for (const part of [5, 2, 1]) {
        const step = part * 10 ** (power - 1);
        const limit = Number((Math.floor(high / step + 1e-9) * step).toPrecision(12));
        if (limit > low && limit <= high) { return limit; }
      }
    }
    return high;
  }

  /** Return where classes of a sorted list begin so that they vary least (Fisher, Jenks).
   *
   * The best beginning of the last class moves on with the end of the list, so that each half of
   * the ends needs to be tried within bounds only: n log n steps a class.
   */
  function naturalStarts(sorted, classes) {
    const n = sorted.length, sum = [0], squares = [0];
    const middle = sorted[n >> 1]; // figures far from zero would lose their digits in squares
    sorted.forEach(function (value) {
      const v = value - middle;
      sum.push(sum[sum.length - 1] + v);
      squares.push(squares[squares.length - 1] + v * v);
    });
    const spread = (i, j) => squares[j] - squares[i] - (sum[j] - sum[i]) ** 2 / (j - i);
    let best = sorted.map((_, k) => spread(0, k + 1));
    best.unshift(0);
    const starts = [];
    for (let c = 1; c < classes; c++) {
      const next = new Array(n + 1).fill(Infinity), from = new Int32Array(n + 1);
      const solve = function (low, high, least, most) {
        if (low > high) { return; }
        const end = (low + high) >> 1;
        for (let k = Math.max(least, c); k <= Math.min(most, end - 1); k++) {
          const cost = best[k] + spread(k, end);
          if (cost < next[end]) { next[end] = cost; from[end] = k; }
        }
        solve(low, end - 1, least, from[end] || most);
        solve(end + 1, high, from[end] || least, most);
      };
      solve(c + 1, n, c, n - 1);
      starts.push(from);
      best = next;
    }
    const result = [];
    for (let c = classes - 2, end = n; c >= 0; c--) {
      end = starts[c][end];
      result.unshift(end);
    }
    return result;
  }

  /** Return the limits between classes of figures.
   *
   * method: natural breaks, quantiles (as many figures in each) or equal steps. There are fewer
   * classes where there are fewer different figures.
   */
  function limits(method, figures, classes) {
    const sorted = figures.filter(Number.isFinite).sort((a, b) => a - b);
    const different = new Set(sorted).size, wanted = Math.min(classes, different);
    if (wanted < 2) { return []; }
    const low = sorted[0], high = sorted[sorted.length - 1];
    const steps = [...Array(wanted - 1).keys()].map((k) => (k + 1) / wanted);
    if (method === "equal") {
      const step = (high - low) / wanted;
      return unique(steps.map((share) => roundest(low + share * (high - low) - step / 20,
        low + share * (high - low) + step / 20)));
    }
    const starts = method === "quantiles"
      ? steps.map((share) => Math.round(share * sorted.length))
      : naturalStarts(sorted, wanted);
    return unique(starts.map((k) => first(sorted, k)).filter((k) => k > 0)
      .map((k) => roundest(sorted[k - 1], sorted[k])));
  }

  /** Return where the figure that stands at k begins: equal ones stay together. */
  function first(sorted, k) {
    let at = k;
    while (at > 0 && sorted[at - 1] === sorted[k]) { at--; }
    return at;
  }

  function unique(values) {
    return [...new Set(values)].sort((a, b) => a - b);
  }

  function classOf(value, breaks) {
    return breaks.filter((limit) => value >= limit).length;
  }

  /** Return so many bars over the range of figures: {from, to, count}. */
  function histogram(figures, bars) {
    const known = figures.filter(Number.isFinite);
    const low = Math.min(...known), high = Math.max(...known);
    if (!known.length || low === high) { return []; }
    const step = (high - low) / bars;
    const result = [...Array(bars).keys()]
      .map((k) => ({ from: low + k * step, to: low + (k + 1) * step, count: 0 }));
    known.forEach((v) => { result[Math.min(bars - 1, Math.floor((v - low) / step))].count++; });
    return result;
  }

  /** Return the colour between two, #rrggbb each, at a share of the way. */
  function between(one, other, share) {
    const parts = [1, 3, 5].map((k) => {
      const [a, b] = [one, other].map((colour) => parseInt(colour.slice(k, k + 2), 16));
      return Math.round(a + share * (b - a)).toString(16).padStart(2, "0");
    });
    return `#${parts.join("")}`;
  }

  /** Return so many colours of a palette, the first and last among them; more than it has, mixed. */
  function colours(palette, count) {
    return [...Array(count).keys()].map((k) => {
      const at = count > 1 ? (k * (palette.length - 1)) / (count - 1) : 0;
      if (count <= palette.length) { return palette[Math.round(at)]; }
      const low = Math.min(Math.floor(at), palette.length - 2);
      return between(palette[low], palette[low + 1], at - low);
    });
  }

  Object.assign(geo, { METHODS, limits, classOf, histogram, colours });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
