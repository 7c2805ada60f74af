/* Words and figures as a language writes them, and texts as a search compares them. */
(function (geo) {
  "use strict";

  const LOCALES = { vi: "vi-VN", en: "en-US" };

  /** Return a text without accents and case: "Évry" and "evry" are one. */
  function fold(text) {
    return String(text).normalize("NFD").replace(/\p{M}/gu, "")
      .replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase().trim();
  }

  // The tone of "oa", "oe" and "uy" at the end of a word: on either letter it is one word.
  const LATER_TONE = /([ou])([aey])([\u0300\u0301\u0303\u0309\u0323])(?![\p{L}\p{M}])/giu;

  /** Return a text with its accents, however they were typed, and without case: "Hòa" is "Hoà". */
  function accented(text) {
    return String(text).normalize("NFD").replace(LATER_TONE, "$1$3$2").normalize("NFC")
      .toLowerCase().trim();
  }

  /** Return the first letters of a type of unit: "town council" is abbreviated as "TC". */
  function initials(type) {
    return fold(type).split(/\s+/).map((word) => word.slice(0, 1)).join("");
  }

  /** Return a number with at most so many digits, or with just as many. */
  function number(value, language, most, least) {
    return new Intl.NumberFormat(LOCALES[language] || LOCALES.en,
      { maximumFractionDigits: most === undefined ? 2 : most, minimumFractionDigits: least || 0 })
      .format(value).replace(/^-(?=[0.,]+$)/, "").replace("-", "−");
  }

  /** Return a degree of longitude ("x") or latitude ("y"); 181° east is 179° west. */
  function degrees(value, axis, digits, language, t) {
    const at = axis === "x" ? value - 360 * Math.round(value / 360) : value;
    const text = number(Math.abs(at), language, digits, digits);
    const least = 0.5 * 10 ** -digits;
    if (Math.abs(at) < least || (axis === "x" && Math.abs(at) > 180 - least)) { return `${text}°`; }
    const ends = axis === "x" ? ["west", "east"] : ["south", "north"];
    return `${text}° ${t(ends[Number(at > 0)])}`;
  }

  /** Fill in the {names} of a text; {count:unit|units} is the word that agrees with a number. */
  function filled(text, values) {
    return Object.entries(values || {}).reduce((said, [name, value]) => said
      .replace(new RegExp(`\\{${name}:([^|}]*)\\|([^}]*)\\}`, "g"),
        (_, one, more) => (String(value) === "1" ? one : more))
      .split(`{${name}}`).join(value), text);
  }

  Object.assign(geo, { fold, accented, initials, number, degrees, filled });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
