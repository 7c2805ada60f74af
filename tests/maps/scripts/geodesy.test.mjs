import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./loading.mjs";

const { distance, lengthOf, areaOf } = load("geodesy");
const near = (value, wanted, share) =>
  assert.ok(Math.abs(value - wanted) <= share * Math.abs(wanted), `${value} is not ${wanted}`);

test("a line is as long as Vincenty's own example (Flinders Peak to Buninyon)", () => {
  // Geoscience Australia, on GRS 80: 54972.271 m; WGS 84 differs by less than a millimetre.
  const dms = (d, m, s) => Math.sign(d) * (Math.abs(d) + m / 60 + s / 3600);
  const from = [dms(144, 25, 29.52440), dms(-37, 57, 3.72030)];
  const to = [dms(143, 55, 35.38390), dms(-37, 39, 10.15610)];
  assert.ok(Math.abs(distance(from, to) - 54972.271) < 0.001);
});

test("a quarter of a meridian and of the equator", () => {
  near(distance([105, 0], [105, 90]), 10001965.7293, 1e-10);
  near(distance([0, 0], [90, 0]), Math.PI / 2 * 6378137, 1e-12);
  assert.equal(distance([106, 21], [106, 21]), 0);
  assert.ok(Number.isNaN(distance([0, 0], [180, 0.0001])));
});

test("lengths add up", () => {
  const places = [[106, 21], [106.1, 21], [106.1, 21.2]];
  near(lengthOf(places), distance(places[0], places[1]) + distance(places[1], places[2]), 1e-15);
  assert.equal(lengthOf([[106, 21]]), 0);
});

test("an eighth of the earth, and either way around", () => {
  const eighth = [[0, 0], [90, 0], [90, 90], [0, 90]];
  near(areaOf(eighth), 510065621724088.44 / 8, 1e-9);
  near(areaOf([...eighth].reverse()), areaOf(eighth), 1e-12);
});
