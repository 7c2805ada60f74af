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
      this.paint();
      return this.homes.flatMap((home, row) => (home === before[row] ? [] : [row]));
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
        this.paint();
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

    /** Give new units that have members a colour that their neighbours have not; it stays. */
    paint() {
      if (this.order.every((code) => this.colours.has(code))) { return; }
      const groups = new Map();
      this.homes.forEach((home, row) => {
        if (!groups.has(home)) { groups.set(home, []); }
        groups.get(home).push(row);
      });
      this.order.filter((code) => !this.colours.has(code) && groups.has(code)).forEach((code) => {
        const taken = new Set(groups.get(code).flatMap((row) => this.coverage.beside(row))
          .map((row) => this.colours.get(this.homes[row])));
        const first = this.colours.size % geo.COLOURS.length;
        const next = geo.COLOURS.map((_, k) => (first + k) % geo.COLOURS.length);
        const free = next.find((k) => !taken.has(k));
        this.colours.set(code, free === undefined ? first : free);
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
