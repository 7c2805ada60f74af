import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./loading.mjs";

const geo = load("borders", "words", "plan/coverage", "plan/model");

// Two rows of two squares of one degree; arc by arc, each border once.
//   2 3
//   0 1
const POINTS = { sw: [0, 0], s: [1, 0], se: [2, 0], w: [0, 1], c: [1, 1], e: [2, 1], nw: [0, 2],
  n: [1, 2], ne: [2, 2] };
const ARCS = [["s", "c"], ["w", "c"], ["c", "e"], ["c", "n"], ["w", "sw", "s"], ["s", "se", "e"],
  ["n", "nw", "w"], ["e", "ne", "n"]];
const RINGS = [[[0, ~1, 4]], [[5, ~2, ~0]], [[1, 3, 6]], [[2, 7, ~3]]];

function topology() {
  const steps = ARCS.map((arc) => arc.map((name, k) => (k === 0 ? POINTS[name]
    : POINTS[name].map((v, axis) => v - POINTS[arc[k - 1]][axis]))));
  return { transform: { scale: [1, 1], translate: [0, 0] }, arcs: steps,
    objects: { units: { geometries: RINGS.map((arcs, row) => ({ type: "MultiPolygon",
      properties: { row: row }, arcs: [arcs] })) } } };
}

const PLACES = [[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [1.5, 1.5]];
const UNITS = ["1", "2", "3", "4"].map((code) => [code, `Xã ${code}`, "Xã", "H"]);
const unit = (code, more) => ({ code: code, name: code, type: "Xã", locked: false, ...more });

function made() {
  const coverage = new geo.Coverage(topology(), PLACES);
  return new geo.Model(UNITS, coverage);
}

function told(more) {
  return { since: -1, revision: 1, done: 0, refused: "", homes: [[0, "A"], [1, "A"], [2, "B"]],
    news: [unit("A"), unit("B")], order: ["A", "B"], locked: [], ...more };
}

test("units taken together have the rings around them, none between them", () => {
  const coverage = new geo.Coverage(topology(), PLACES);
  const [ring, ...others] = coverage.union([0, 1]);
  assert.deepEqual(others, []);
  const at = (name) => coverage.place(POINTS[name]).map((v) => v.toFixed(3)).join();
  assert.deepEqual(new Set(ring.map((p) => p.map((v) => v.toFixed(3)).join())),
    new Set(["sw", "s", "se", "e", "c", "w"].map(at)));
  assert.deepEqual(coverage.union([]), []);
});

test("a unit is found by place, along a way, in a box, and by its neighbours", () => {
  const coverage = new geo.Coverage(topology(), PLACES);
  PLACES.forEach((at, row) => assert.equal(coverage.unitAt(...coverage.place(at)), row));
  assert.equal(coverage.unitAt(...coverage.place([2.5, 0.5])), -1);
  assert.equal(coverage.unitAt(...coverage.place([-0.5, 3])), -1);
  const way = coverage.along(coverage.place([0.5, 0.5]), coverage.place([1.5, 1.4]), 1);
  assert.deepEqual(way.sort(), [0, 1, 3]);
  const [west, south] = coverage.place([0.4, 0.4]), [east, north] = coverage.place([0.6, 1.6]);
  assert.deepEqual(coverage.within([west, north, east, south]), [0, 2]);
  assert.deepEqual(coverage.beside(0).sort(), [1, 2]);
  const box = coverage.boxOf([0, 1]);
  assert.ok(Math.abs(box[2] - coverage.size[0]) < 1e-9 && box[0] === 0);
});

test("borders are those between different homes, and the outside", () => {
  const coverage = new geo.Coverage(topology(), PLACES);
  const edges = (homes) => ARCS.flatMap((_, k) => (coverage.isEdge(k, homes) ? [k] : []));
  assert.deepEqual(edges(["A", "A", "A", "A"]), [4, 5, 6, 7]);
  assert.deepEqual(edges(["A", "A", "B", null]), [1, 2, 3, 4, 5, 6, 7]);
});

test("what is done is there at once, and the server has the last word", () => {
  const model = made();
  assert.deepEqual(model.take(told()), [0, 1, 2]);
  assert.deepEqual(model.assign([1, 2, 3], "B"), { moved: [1, 3], held: [] });
  assert.deepEqual(model.homes, ["A", "B", "B", "B"]);
  assert.deepEqual(model.queue, [{ id: 1, operation: "assign", units: ["2", "4"], to: "B" }]);
  model.assign([0], null);
  assert.equal(model.queue[1].operation, "release");
  // The server has done the first alone: the second is still there.
  model.take(told({ revision: 2, done: 1, homes: [[1, "B"], [3, "B"]], news: [] }));
  assert.deepEqual(model.homes, [null, "B", "B", "B"]);
  assert.deepEqual(model.queue.map((operation) => operation.id), [2]);
  // It refuses the second: what was painted goes back.
  assert.deepEqual(model.take(told({ revision: 2, done: 2, homes: [], news: [] })), [0]);
  assert.deepEqual(model.homes, ["A", "B", "B", "B"]);
  assert.deepEqual(model.queue, []);
});

test("what is locked does not move, and says what holds it", () => {
  const model = made();
  model.take(told({ locked: [1], news: [unit("A"), unit("B", { locked: true })] }));
  assert.deepEqual(model.assign([0, 1], "B"), { moved: [], held: [["new", "B"], ["old", "2"]] });
  assert.deepEqual(model.assign([2], null).held, [["new", "B"]]);
  assert.deepEqual(model.assign([3], "A"), { moved: [3], held: [] });
  assert.deepEqual(model.queue.length, 1);
});

test("neighbours have different colours, which stay when land is given away", () => {
  const model = made();
  model.take(told());
  assert.notEqual(model.colour(0), model.colour(2));
  assert.equal(model.colour(3), null);
  const before = model.colour(2);
  model.assign([0], "B");
  assert.equal(model.colour(0), before);
  model.take(told({ homes: [], news: [], order: ["A"] }));
  assert.equal(model.news.has("B"), false);
});

/** A model of squares in a row or a grid: beside each other are those of one side. */
function squares(width, height, homes) {
  const beside = (row) => [[-1, 0], [1, 0], [0, -1], [0, 1]]
    .map(([x, y]) => [(row % width) + x, Math.floor(row / width) + y])
    .filter(([x, y]) => x >= 0 && x < width && y >= 0 && y < height)
    .map(([x, y]) => y * width + x);
  const units = homes.map((_, row) => [String(row), `Xã ${row}`, "Xã", "H"]);
  const model = new geo.Model(units, { beside: beside });
  const order = [...new Set(homes)].filter((home) => home !== null).sort();
  model.take(told({ homes: homes.map((home, row) => [row, home]), order: order,
    news: order.map((code) => unit(code)) }));
  const same = () => homes.flatMap((_, row) => beside(row).filter((other) =>
    model.homes[row] !== null && model.homes[other] !== null &&
    model.homes[row] !== model.homes[other] && model.colour(row) === model.colour(other)));
  return { model: model, same: same };
}

test("units of one colour that come to lie beside each other get different ones", () => {
  const { model, same } = squares(4, 1, ["A", null, null, "B"]);
  model.colours = new Map([["A", 3], ["B", 3]]); // apart they may have one
  model.assign([1], "A");
  assert.deepEqual([model.colour(0), model.colour(3)], [geo.COLOURS[3], geo.COLOURS[3]]);
  model.recoloured.clear();
  model.assign([2], "B");
  assert.deepEqual([same(), [...model.recoloured]], [[], ["B"]]);
  assert.equal(model.colour(0), geo.COLOURS[3]); // the earlier one keeps its own
  // A third one that loses what lay between two others.
  const apart = squares(3, 1, ["A", "C", "B"]);
  apart.model.colours = new Map([["A", 1], ["B", 1], ["C", 2]]);
  apart.model.assign([1], "A");
  assert.deepEqual(apart.same(), []);
});

test("whatever is painted, neighbours differ, also where one has all colours around it", () => {
  // A bar of twelve beside twelve units of eight colours.
  const homes = [...Array(12).fill("bar"), ...Array.from({ length: 12 }, (_, k) => `u${k}`)];
  const { model, same } = squares(12, 2, homes);
  model.colours = new Map(homes.slice(12).map((code, k) => [code, k % 8]));
  model.colours.delete("bar");
  model.assign([0], "u0");
  assert.deepEqual(same(), []);
  let seed = 7;
  const random = (n) => { seed = (seed * 48271) % 2147483647; return seed % n; };
  const board = squares(8, 8, Array.from({ length: 64 }, (_, k) => `u${(k * 7) % 24}`));
  for (let k = 0; k < 200; k++) {
    board.model.assign([random(64)], `u${random(24)}`);
    assert.deepEqual(board.same(), []);
  }
});
