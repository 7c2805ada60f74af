/* Which units and districts a query means, and which of them first. */
(function (geo) {
  "use strict";

  const { fold, accented, initials } = geo;

  /** Return what can be searched: {kind, name, type, code, within, ...} as a list of entries. */
  function indexed(entries) {
    return entries.map((entry) => Object.assign({}, entry, {
      folded: fold(entry.name), exact: accented(entry.name), short: initials(entry.type || ""),
      text: fold([entry.type, entry.name, entry.code, entry.within].filter(Boolean).join(" ")),
      own: accented([entry.type, entry.name, entry.code].filter(Boolean).join(" ")),
      accents: accented([entry.type, entry.name, entry.code, entry.within].filter(Boolean).join(" ")),
    }));
  }

  /** Return the words of a query: "C. La Roche" and "La Roche, commune" have three each. */
  function wordsOf(query) {
    return query.split(/[\s,;.]+/).filter(Boolean);
  }

  /** Tell whether a type and a name were meant, as "Commune Rouen" or "C. Rouen". */
  function isWhole(entry, query) {
    const type = fold(entry.type || "");
    return query === entry.folded || query === `${type} ${entry.folded}` ||
      query === `${entry.folded} ${type}` || query === `${entry.short} ${entry.folded}` ||
      query === `${entry.folded} ${entry.short}` || query === fold(entry.code || "");
  }

  /** Return the entries that a query means, the nearest first; all words of it must be there.
   *
   * Typed accents are meant: what has them comes before what has others, in a name before in the
   * district that the unit lies in.
   */
  function find(index, query) {
    const words = wordsOf(accented(query)), folded = words.map(fold);
    if (!words.length) { return []; }
    const whole = folded.join(" "), typed = words.join(" ");
    const has = (entry, word) => entry.text.includes(word) || (entry.short && entry.short === word);
    const rank = function (entry) {
      const place = isWhole(entry, whole) ? 0 : entry.folded.startsWith(whole) ? 1
        : entry.folded.includes(whole) ? 2 : 3;
      const stands = (text) => typed === whole ||
        words.every((word) => text.includes(word) || word === entry.short);
      return stands(entry.own) ? place : stands(entry.accents) ? 3 : 10 + place;
    };
    return index.filter((entry) => folded.every((word) => has(entry, word)))
      .map((entry) => [rank(entry), entry]).sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
  }

  Object.assign(geo, { indexed, find });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
