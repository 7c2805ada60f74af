import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./loading.mjs";

const { indexed, find, fold, initials } = load("words", "search");

const index = indexed([
  { kind: "after", type: "Xã", name: "Hoàng Vân", code: "07001", within: "" },
  { kind: "before", type: "Xã", name: "Hoàng Văn Thụ", code: "07002", within: "Thành phố Bắc Giang" },
  { kind: "before", type: "Xã", name: "Hòa Tiến", code: "09001", within: "Huyện Yên Phong" },
  { kind: "after", type: "Phường", name: "Bắc Giang", code: "07210", within: "" },
  { kind: "before", type: "Xã", name: "Hoàng An", code: "07822", within: "Huyện Hiệp Hòa" },
  { kind: "before", type: "Xã", name: "Danh Thắng", code: "07825", within: "Huyện Hiệp Hòa" },
  { kind: "after", type: "Xã", name: "Hiệp Hòa", code: "07840", within: "" },
  { kind: "before", type: "Thị trấn", name: "An Châu", code: "07615", within: "Huyện Sơn Động" },
  { kind: "district", type: "", name: "Thành phố Bắc Giang", code: "213", within: "" },
]);
const names = (query) => find(index, query).map((item) => item.name);

test("accents that were typed are meant: what has them comes first", () => {
  assert.equal(names("Hòa")[0], "Hòa Tiến");
  assert.deepEqual(names("Hòa"), [
    "Hòa Tiến", "Hiệp Hòa", "Hoàng An", "Danh Thắng", "Hoàng Vân", "Hoàng Văn Thụ",
  ]);
  assert.equal(names("hoa").length, 6);
  assert.equal(names("Hoàng Văn")[0], "Hoàng Văn Thụ");
  assert.equal(names("Hoàng Vân")[0], "Hoàng Vân");
  assert.equal(names("Hoàng Vân".normalize("NFD"))[0], "Hoàng Vân");
});

test("a tone may stand on either letter", () => {
  const both = indexed([
    { kind: "before", type: "Xã", name: "Hoa Thám", code: "1", within: "" },
    { kind: "before", type: "Xã", name: "Hòa Bình", code: "2", within: "" },
    { kind: "after", type: "Xã", name: "Hoà Tiến", code: "3", within: "" },
    { kind: "after", type: "Xã", name: "Thuỵ Hương", code: "4", within: "" },
    { kind: "after", type: "Xã", name: "Quý Sơn", code: "5", within: "" },
  ]);
  const found = (query) => find(both, query).map((item) => item.code);
  assert.deepEqual(found("Hòa"), ["2", "3", "1"]);
  assert.deepEqual(found("Hoà"), ["2", "3", "1"]);
  assert.deepEqual(found("HÒA TIẾN"), ["3"]);
  assert.deepEqual(found("Thụy Hương"), ["4"]);
  assert.deepEqual(found("Quý Sơn"), ["5"]);
});

test("types may be short, and before or after the name", () => {
  ["P. Bắc Giang", "P.Bắc Giang", "p bac giang", "Bắc Giang, phường", "phường bắc giang", "BẮC GIANG"]
    .forEach((query) => assert.equal(names(query)[0], "Bắc Giang", query));
  assert.deepEqual(names("TT An Châu"), ["An Châu"]);
  assert.deepEqual(names("x. bac giang").includes("Bắc Giang"), false);
});

test("districts are found, and units by theirs and by code", () => {
  assert.ok(names("bac giang").includes("Thành phố Bắc Giang"));
  assert.deepEqual(names("son dong an"), ["An Châu"]);
  assert.deepEqual(names("07615"), ["An Châu"]);
  assert.deepEqual(names("không có đâu"), []);
  assert.deepEqual(names("  . "), []);
});

test("folding and initials", () => {
  assert.equal(fold(" Đặng XÁ "), "dang xa");
  assert.equal(initials("Thị trấn"), "tt");
  assert.equal(initials(""), "");
});

test("a name that has its type is not given it twice", () => {
  load("dom");
  const { fullName } = globalThis.geoMerge;
  assert.equal(fullName("Phường", "Phường Trần Phú"), "Phường Trần Phú");
  assert.equal(fullName("Phường", "Trần Phú"), "Phường Trần Phú");
  assert.equal(fullName("Xã", "Xãng"), "Xã Xãng");
  assert.equal(fullName("", "TB1"), "TB1");
});
