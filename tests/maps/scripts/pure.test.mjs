import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./loading.mjs";

const geo = load("address", "borders", "findings", "words", "placing", "store", "walking");
const { edgesOf, neighbouring } = globalThis.geoBorders;

test("numbers, degrees and texts as a language has them", () => {
  const words = (language) => (key) => ({ vi: { east: "Đ", west: "T", north: "B", south: "N" },
    en: { east: "E", west: "W", north: "N", south: "S" } })[language][key];
  assert.equal(geo.number(-1234.56, "vi"), "−1.234,56");
  assert.equal(geo.number(-1234.56, "en"), "−1,234.56");
  assert.deepEqual([-0, -0.001].map((each) => geo.number(each, "vi")), ["0", "0"]);
  assert.equal(geo.degrees(21.5, "y", 1, "vi", words("vi")), "21,5° B");
  assert.equal(geo.degrees(181, "x", 0, "en", words("en")), "179° W");
  assert.equal(geo.degrees(180, "x", 0, "en", words("en")), "180°");
  assert.equal(geo.degrees(0, "y", 1, "en", words("en")), "0.0°");
  assert.equal(geo.filled("{a} of {b}", { a: "{b}", b: 2 }), "2 of 2");
});

test("the first language of the browser that the page speaks is its language", () => {
  const settings = { texts: { vi: {}, en: {} }, language: "vi" };
  assert.equal(geo.languageOf([null, "fr-FR", "en-US", "vi"], settings), "en");
  assert.equal(geo.languageOf(["vi", "en-US"], settings), "vi");
  assert.equal(geo.languageOf([null, "fr-FR"], settings), "vi");
});

test("a view that is none leaves the whole area", () => {
  assert.deepEqual(geo.viewOf("12/21.5/-106"), [12, 21.5, -106]);
  for (const text of ["1e308/0/0", "12/91/106", "12/21/999", "99/21/106", "12//", "9".repeat(4000),
    "12/21", "12/21/106/1", "", null]) { assert.equal(geo.viewOf(text), null, text); }
});

test("a name is placed inside its unit, or not at all", () => {
  const square = [[[0, 0], [100, 0], [100, 100], [0, 100]]];
  assert.deepEqual(geo.place(square, [0, 0, 100, 100], 60, 20), [50, 50]);
  assert.equal(geo.place(square, [0, 0, 100, 100], 120, 20), null);
  // A U: the middle is open, and its arms are too narrow for what fits its foot.
  const u = [[[0, 0], [20, 0], [20, 60], [80, 60], [80, 0], [100, 0], [100, 100], [0, 100]]];
  const [x, y] = geo.place(u, [0, 0, 100, 100], 60, 20);
  assert.ok(y - 10 >= 60 && y + 10 <= 100 && x - 30 >= 0 && x + 30 <= 100);
  // A hole is not inside.
  const ring = [[[0, 0], [100, 0], [100, 100], [0, 100]], [[10, 10], [10, 90], [90, 90], [90, 10]]];
  assert.equal(geo.place(ring, [0, 0, 100, 100], 30, 12), null);
});

test("names are cut where their lines are most alike, and none covers another", () => {
  assert.deepEqual(geo.twoLines("Hoàng Văn Thụ"), ["Hoàng", "Văn Thụ"]);
  assert.equal(geo.twoLines("Chũ"), null);
  const kept = geo.apart([[0, 0, 10, 10], [5, 5, 15, 15], [20, 0, 30, 10]]);
  assert.deepEqual(kept, [[0, 0, 10, 10], [20, 0, 30, 10]]);
});

test("a view is told once of what it watches, and of no change that is none", () => {
  const store = new geo.Store({ a: 1, b: 2, c: 3 }), told = [];
  store.on(["a", "b"], (values, names) => told.push([values.a, names]));
  store.set({ a: 5, b: 6 });
  store.set({ a: 5, c: 9 });
  assert.deepEqual(told, [[5, ["a", "b"]]]);
  assert.equal(store.values.c, 9);
});

test("arrows go to the unit that lies there", () => {
  const around = [[1, 0], [0, 1], [-1, 0], [0, -1], [3, 0.1]];
  const to = (key) => geo.towards(key, [0, 0], around);
  assert.deepEqual(["ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"].map(to), [0, 1, 2, 3]);
  assert.equal(geo.towards("ArrowRight", [0, 0], [[-1, 0], [0, 0]]), -1);
});

test("what is around all units is outer edge, gap or overlap", () => {
  const box = (x, y, size) => [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]];
  const hole = box(2, 2, 1).reverse(), twice = box(5, 5, 1), island = box(20, 20, 2);
  const point = [[5, 3], [5, 3]]; // the grid of coordinates may make one of an arc
  const edges = edgesOf([0, 1, 2, 3, 4], [box(0, 0, 10), hole, twice, island, point]);
  assert.deepEqual(edges, { outline: [0, 3, 4], gaps: [1], overlaps: [2] });
});

test("units that share a border are neighbours", () => {
  assert.deepEqual(neighbouring([[0, 1], [~1, 2], [~2], [5]]), [[1], [0, 2], [1], []]);
});

test("dots that would cover each other are one, and it holds what both did", () => {
  const dots = [[0, 0, 1], [20, 20, 3], [60, 0, 2]].map(([x, y, count]) => ({ at: { x, y },
    found: Array.from({ length: count }, (_, k) => `${x}:${k}`) }));
  const left = geo.together(dots).map((dot) => [dot.at.x, dot.found.length]);
  assert.deepEqual(left, [[20, 4], [60, 2]]);
});
