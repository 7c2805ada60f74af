import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./loading.mjs";

const geo = load("covering");

test("land under a box is counted once, however many units have it, and none beside it", () => {
  // The west half, twice, and what lies beyond the area on every side.
  const sums = geo.landIn([[0, 0, 50, 100], [0, 0, 50, 50], [200, 0, 300, 100], [0, 150, 50, 200],
    [-90, -90, -50, -50]], [0, 0, 100, 100]);
  assert.equal(geo.covered(sums, [0, 0, 1, 1]), 1);
  assert.equal(geo.covered(sums, [0, 0, 0.25, 1]), 0.5);
  assert.equal(geo.covered(sums, [0.5, 0, 1, 1]), 0);
  assert.equal(geo.covered(sums, [2, 2, 3, 3]), 0);
  assert.equal(geo.covered(geo.landIn([], [0, 0, 1, 1]), [0, 0, 1, 1]), 0);
});

test("a layer goes where nothing lies on it, else a little smaller, and else to the middle", () => {
  const all = [geo.landIn([[0, 0, 100, 50]], [0, 0, 100, 50])], area = { x: 100, y: 50 };
  assert.deepEqual(geo.leastHidden(all, area, [0, 0, 200, 200], []), [0, 50, 2]);
  const [, below, large] = geo.leastHidden(all, area, [0, 0, 200, 200], [[0, 0, 50, 70]]);
  assert.ok(below >= 70);
  assert.equal(large, 2);
  const [x, y, smaller] = geo.leastHidden(all, area, [0, 0, 200, 104], [[0, 0, 200, 8]]);
  assert.ok(smaller < 2 && smaller >= 1.8 && y >= 8 && x >= 0);
  // What is marked is not under a box, even if more of the land is.
  const bottom = geo.landIn([[0, 48, 100, 50]], [0, 0, 100, 50]), strip = [[0, 100, 200, 104]];
  const marked = geo.leastHidden([...all, bottom], area, [0, 0, 200, 104], strip);
  assert.ok(marked[1] + marked[2] * 50 <= 100);
});
