/* A plan as the browser knows it: what the server said, and what was done since.
 *
 * What is done is painted at once, sent, and kept in a queue until the server has done it too. The
 * server says what has changed since a revision that the browser has.
 */
(function (geo) {
  "use strict";

  class Model {
    /** units: the old units, [code, name, type, district, people, is_piece] each. */
    constructor(units, coverage) {
      this.units = units;
      this.coverage = coverage;
      this.row = new Map(units.map((unit, row) => [unit[0], row]));
      this.homes = units.map(() => null);
      this.said = this.homes.slice(); // by the server
      this.news = new Map();
      this.order = [];
      this.locked = new Set();
      this.queue = [];
      this.serial = 0;
      this.revision = -1;
      this.colours = new Map();
      this.recoloured = new Set(); // codes of units, until whoever draws takes them
    }

    /** Take over what the server says; return the old units whose home is another now. */
    take(told) {
      const before = this.homes.slice();
      told.homes.forEach(([row, home]) => { this.said[row] = home; });
      told.news.forEach((unit) => this.news.set(unit.code, unit));
      this.order = told.order;
      const there = new Set(told.order);
      [...this.news.keys()].filter((code) => !there.has(code)).forEach((code) => this.news.delete(code));
      this.locked = new Set(told.locked);
      this.revision = told.revision;
      this.serial = Math.max(this.serial, told.done);
      this.queue = this.queue.filter((operation) => operation.id > told.done);
      this.homes = this.said.slice();
      this.queue.forEach((operation) => this.apply(operation));
      const moved = this.homes.flatMap((home, row) => (home === before[row] ? [] : [row]));
      this.paint(moved);
      return moved;
    }

    apply(operation) {
      const to = { assign: operation.to, release: null }[operation.operation];
      if (to === undefined) { return; }
      operation.units.forEach((code) => { this.homes[this.row.get(code)] = to; });
    }

    /** Queue an operation for the server. */
    push(operation) {
      this.serial += 1;
      this.queue.push({ id: this.serial, ...operation });
    }

    /** Put old units into a new one, or (null) into none.
     *
     * Returns those that moved, and what holds those that may not: ["old" or "new", code] each.
     */
    assign(rows, to) {
      const moving = rows.filter((row) => this.homes[row] !== to);
      const held = moving.map((row) => this.holds(row, to));
      const moved = moving.filter((_, k) => !held[k]);
      if (moved.length) {
        const units = moved.map((row) => this.units[row][0]);
        const operation = to === null ? { operation: "release", units: units }
          : { operation: "assign", units: units, to: to };
        this.push(operation);
        this.apply(operation);
        this.paint(moved);
      }
      return { moved: moved, held: held.filter(Boolean) };
    }

    /** Return what keeps an old unit from moving; null if nothing does. */
    holds(row, to) {
      if (this.locked.has(row)) { return ["old", this.units[row][0]]; }
      const code = [this.homes[row], to].find((one) => one !== null && this.news.has(one) &&
        this.news.get(one).locked);
      return code === undefined ? null : ["new", code];
    }

    members(code) {
      return this.homes.flatMap((home, row) => (home === code ? [row] : []));
    }

    /** Give units that have members a colour that no unit beside them has; it stays until then.
     *
     * rows: the old units that moved. Of two units of one colour that came to lie beside each
     * other, the later one changes it.
     */
    paint(rows) {
      const groups = new Map();
      this.homes.forEach((home, row) => {
        if (home === null) { return; }
        if (!groups.has(home)) { groups.set(home, []); }
        groups.get(home).push(row);
      });
      const beside = (code) => new Set((groups.get(code) ?? []).flatMap((row) =>
        this.coverage.beside(row).map((other) => this.homes[other]))
        .filter((home) => home !== null && home !== code));
      const place = new Map(this.order.map((code, k) => [code, k]));
      const moved = new Set(rows.map((row) => this.homes[row]));
      this.order.filter((code) => groups.has(code) && (moved.has(code) || !this.colours.has(code)))
        .forEach((code) => {
          const near = [...beside(code)], own = this.colours.get(code);
          if (own === undefined) { this.recolour(code, near, beside); return; }
          const same = near.filter((other) => this.colours.get(other) === own);
          const later = same.filter((other) => place.get(other) > place.get(code));
          later.forEach((other) => this.recolour(other, [...beside(other)], beside));
          if (same.length > later.length) { this.recolour(code, near, beside); }
        });
    }

    /** Give a unit a colour that those near it have not; where they have all, one of them yields. */
    recolour(code, near, beside) {
      const first = (this.colours.get(code) ?? this.colours.size) % geo.COLOURS.length;
      const next = geo.COLOURS.map((_, k) => (first + k) % geo.COLOURS.length);
      const free = (units) => {
        const taken = new Set(units.map((one) => this.colours.get(one)));
        return next.find((k) => !taken.has(k));
      };
      const having = (k) => near.filter((one) => this.colours.get(one) === k);
      const most = (k) => having(k).length;
      const own = free(near) ?? next.reduce((best, k) => (most(k) < most(best) ? k : best));
      this.colours.set(code, own);
      this.recoloured.add(code);
      having(own).forEach((one) => {
        const other = free([...beside(one)]);
        if (other !== undefined) { this.colours.set(one, other); this.recoloured.add(one); }
      });
    }

    colour(row) {
      const home = this.homes[row];
      return home === null ? null : geo.COLOURS[this.colours.get(home) ?? 0];
    }
  }

  // Paul Tol's light scheme, as on the map of a result.
  const COLOURS = ["#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#99ddff", "#44bb99", "#bbcc33",
    "#aaaa00"];

  Object.assign(geo, { Model, COLOURS });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
