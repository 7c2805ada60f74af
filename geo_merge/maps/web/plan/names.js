/* Names on the map of a plan: of its new units, and of the old ones where there is room. */
(function (geo) {
  "use strict";

  const NAMES = "plan"; // of the pane

  /** Write names on a map of a plan, and again whenever it shows something else.
   *
   * units: [code, name, ...] of the old units; look: homes(), titleOf(home), colour(row).
   */
  function planNames(map, coverage, units, look) {
    const pane = map.createPane(`${NAMES}-labels`);
    pane.style.pointerEvents = "none";
    const feature = (code, name, row, rings, minor) => ({ geometry: { coordinates: rings },
      properties: { code: code, name: name, row: row, minor: minor } });
    const old = units.map(([code, name], row) => feature(code, name, row, coverage.rings[row], true));
    const unions = new Map(); // by home: the members, and the rings around them
    const side = { name: NAMES, map: map, pixels: (size) => coverage.pixels(size) };
    const labels = new geo.Labels(side);
    let asked = 0;

    function unionOf(home, rows) {
      const key = rows.join(), known = unions.get(home);
      if (!known || known.key !== key) { unions.set(home, { key: key, rings: coverage.union(rows) }); }
      return unions.get(home).rings;
    }

    function write() {
      asked = 0;
      const members = new Map();
      look.homes().forEach((home, row) => {
        if (!members.has(home)) { members.set(home, []); }
        members.get(home).push(row);
      });
      members.delete(null);
      const alone = new Set(); // units whose name the new one has, and the same land
      const news = [...members].map(([home, rows]) => {
        const name = look.titleOf(home);
        if (rows.length === 1 && units[rows[0]][1] === name) { alone.add(rows[0]); }
        return feature(home, name, rows[0], unionOf(home, rows), false);
      });
      side.features = [...news, ...old.filter((_, row) => !alone.has(row))];
      side.boxes = side.features.map((each) => globalThis.geoBorders.boxOf(each.geometry.coordinates));
      labels.write((each) => look.colour(each.properties.row));
    }

    function again() {
      if (!asked) { asked = requestAnimationFrame(() => { asked = requestAnimationFrame(write); }); }
    }

    map.on("moveend viewreset resize", again);
    return { again: again, destroy: () => cancelAnimationFrame(asked) };
  }

  Object.assign(geo, { planNames });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
