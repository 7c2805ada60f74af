import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./loading.mjs";

const { scaleOf, standardMethods, kindsAt, colours, classified } =
  load("words", "classes", "standards", "store", "dom", "themes");

const law = { en: "Law", vi: "Luật" };
const standards = [{ id: "one", law: law, limits: { population: [
  { from: 5000, classes: [{ en: "mountain", vi: "miền núi" }] },
  { from: 16000, classes: [{ en: "lowland", vi: "đồng bằng" }, { en: "ward", vi: "phường" }] },
], area_km2: [] } }];
const theme = (field, more) => Object.assign({ id: field, field: field, palette: ["#000000", "#ffffff"] }, more);

test("a standard has thresholds for what it asks for alone", () => {
  assert.deepEqual(scaleOf(standards, "standard:one", theme("population")).breaks, [5000, 16000]);
  assert.deepEqual(scaleOf(standards, "standard:one", theme("declared_population")).breaks, [5000, 16000]);
  assert.equal(scaleOf(standards, "standard:one", theme("area_km2")), null);
  assert.equal(scaleOf(standards, "standard:one", theme("density")), null);
  assert.equal(scaleOf(standards, "standard:other", theme("population")), null);
  assert.equal(scaleOf(standards, "natural", theme("population")), null);
  assert.equal(scaleOf(undefined, "standard:one", theme("population")), null);
  assert.equal(scaleOf(standards, "standard:one", theme("population", { breaks: [1] })), null);
  assert.deepEqual(standardMethods(standards), [["standard:one", law]]);
});

test("a class begins with the kinds of units whose threshold it is", () => {
  const scale = scaleOf(standards, "standard:one", theme("population"));
  assert.equal(kindsAt(scale, 0, "vi"), "");
  assert.equal(kindsAt(scale, 1, "vi"), "miền núi");
  assert.equal(kindsAt(scale, 2, "en"), "lowland, ward");
  assert.equal(kindsAt(null, 2, "en"), "");
});

test("more classes than colours have colours between", () => {
  assert.deepEqual(colours(["#000000", "#ffffff"], 3), ["#000000", "#808080", "#ffffff"]);
  assert.deepEqual(colours(["#000000", "#123456", "#ffffff"], 2), ["#000000", "#ffffff"]);
});
