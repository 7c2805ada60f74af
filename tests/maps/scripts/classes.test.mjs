import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./loading.mjs";

const { limits, classOf, histogram, colours, METHODS } = load("classes");

function random(seed) {
  let state = seed;
  return () => { state = (state * 48271) % 2147483647; return state / 2147483647; };
}

/** How far figures are from the means of their classes, squared. */
function spread(figures, breaks) {
  const classes = new Map();
  figures.forEach((v) => {
    const k = classOf(v, breaks);
    classes.set(k, (classes.get(k) || []).concat(v));
  });
  return [...classes.values()].reduce((sum, inside) => {
    const mean = inside.reduce((a, b) => a + b) / inside.length;
    return sum + inside.reduce((s, v) => s + (v - mean) ** 2, 0);
  }, 0);
}

test("natural breaks part what lies together", () => {
  assert.deepEqual(limits("natural", [1, 2, 3, 40, 41, 42, 900, 901], 3), [40, 500]);
});

test("natural breaks are the best of all there are", () => {
  const next = random(7);
  for (let round = 0; round < 40; round++) {
    const figures = [...Array(11)].map(() => Math.round(next() ** 3 * 1000));
    const sorted = [...new Set(figures)].sort((a, b) => a - b);
    let best = Infinity;
    sorted.slice(1).forEach((one, i) => sorted.slice(i + 2).forEach((other) => {
      best = Math.min(best, spread(figures, [one, other]));
    }));
    const found = spread(figures, limits("natural", figures, 3));
    assert.ok(found <= best + 1e-6, `${figures}: ${found} > ${best}`);
  }
});

test("figures far from zero lose no digits", () => {
  assert.deepEqual(limits("natural", [1e9 + 1, 1e9 + 2, 1e9 + 91, 1e9 + 92], 2), [1e9 + 50]);
});

test("quantiles have as many in each, and equal figures stay together", () => {
  assert.deepEqual(limits("quantiles", [1, 2, 3, 4, 5, 6], 3), [3, 5]);
  assert.deepEqual(limits("quantiles", [1, 1, 1, 1, 2, 9], 2), []);
  assert.deepEqual(limits("quantiles", [1, 2, 2, 2, 2, 9], 2), [2]);
});

test("equal steps are equal, but for round numbers", () => {
  assert.deepEqual(limits("equal", [0, 3, 50, 100], 4), [25, 50, 75]);
});

test("limits rise, and no class is empty but among equal steps", () => {
  const next = random(3);
  for (let round = 0; round < 60; round++) {
    const figures = [...Array(1 + Math.floor(next() * 50))].map(() => Math.round(next() * 1e5) / 100);
    METHODS.forEach((method) => {
      const breaks = limits(method, figures, 6);
      assert.deepEqual(breaks, [...new Set(breaks)].sort((a, b) => a - b));
      assert.ok(breaks.length < 6);
      if (method === "equal") { return; }
      const used = new Set(figures.map((v) => classOf(v, breaks)));
      assert.equal(used.size, breaks.length + 1, `${method}: ${figures} by ${breaks}`);
    });
  }
});

test("one figure is one class, none is none", () => {
  METHODS.forEach((method) => {
    assert.deepEqual(limits(method, [5, 5], 6), []);
    assert.deepEqual(limits(method, [], 6), []);
    assert.deepEqual(limits(method, [NaN, 1, null, 3], 2).length, 1);
  });
});

test("the figures of a country have as many classes", () => {
  const next = random(5), figures = [...Array(20000)].map(() => next() * 1e6);
  assert.equal(limits("natural", figures, 6).length, 5);
});

test("a histogram counts every figure once", () => {
  const bars = histogram([0, 1, 1, 5, 10, NaN], 5);
  assert.deepEqual(bars.map((bar) => bar.count), [3, 0, 1, 0, 1]);
  assert.deepEqual(histogram([3, 3], 5), []);
});

test("colours reach from one end of a palette to the other", () => {
  assert.deepEqual(colours(["a", "b", "c", "d", "e"], 3), ["a", "c", "e"]);
  assert.deepEqual(colours(["a", "b"], 1), ["a"]);
});
