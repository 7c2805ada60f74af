/* Old units in the plane of a map: their rings and borders, and which of them lies where.
 *
 * Coordinates are pixels of a map at zoom BASE, from the north-west corner of the units: small
 * numbers, which a canvas keeps exactly enough at every zoom.
 */
(function (geo) {
  "use strict";

  const { northing, decode, outlines, boxOf, around: summed, stitch } = globalThis.geoBorders;
  const BASE = 10;
  const WORLD = 256 * 2 ** BASE; // pixels around the earth
  const CELLS = 64; // of the grid over width and height in which units are looked up

  /** Return where a place is on a map of the whole earth at zoom BASE. */
  function projected([lng, lat]) {
    return [((lng + 180) / 360) * WORLD, ((1 - northing(lat) / Math.PI) / 2) * WORLD];
  }

  /** Tell whether rings go around a point of the plane. */
  function around(x, y, rings) {
    let times = 0;
    rings.forEach(function (ring) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const a = ring[j], b = ring[i], down = a[1] <= y;
        if (down === (b[1] <= y)) { continue; }
        if (x < a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0])) { times += down ? 1 : -1; }
      }
    });
    return times !== 0;
  }

  function joined(box, other) {
    return [Math.min(box[0], other[0]), Math.min(box[1], other[1]),
      Math.max(box[2], other[2]), Math.max(box[3], other[3])];
  }

  function touch(box, other) {
    return box[0] <= other[2] && other[0] <= box[2] && box[1] <= other[3] && other[1] <= box[3];
  }

  /** Return the units that each arc bounds, once each. */
  function usersOf(rings, arcs) {
    const users = arcs.map(() => []);
    rings.forEach((unit, row) => (unit || []).forEach((ring) => ring.forEach(function (k) {
      const here = users[k < 0 ? ~k : k];
      if (here[here.length - 1] !== row) { here.push(row); }
    })));
    return users;
  }

  class Coverage {
    /** topology: see topology.py; places: [lng, lat] of the middle of each unit, or nulls. */
    constructor(topology, places) {
      const arcs = decode(topology).map((arc) => arc.map(projected));
      const whole = boxOf(arcs);
      this.origin = whole.slice(0, 2);
      this.size = [whole[2] - whole[0], whole[3] - whole[1]];
      arcs.forEach((arc) => arc.forEach((at) => { at[0] -= whole[0]; at[1] -= whole[1]; }));
      const rings = outlines(topology);
      this.ids = rings; // of arcs
      this.n = places.length;
      this.arcs = arcs;
      this.arcBoxes = arcs.map((arc) => boxOf([arc]));
      this.users = usersOf(rings, arcs);
      this.rings = places.map((_, row) => (rings[row] || []).map((ring) => this.line(ring)));
      this.boxes = this.rings.map(boxOf);
      this.arcsOf = places.map((_, row) => [...new Set((rings[row] || []).flat()
        .map((k) => (k < 0 ? ~k : k)))]);
      this.at = places.map((at) => (at && at[0] !== null ? this.place(at) : null));
      this.fill();
    }

    line(ring) {
      const line = [];
      ring.forEach((k) => {
        const arc = k < 0 ? this.arcs[~k].slice().reverse() : this.arcs[k];
        for (let n = line.length ? 1 : 0; n < arc.length; n++) { line.push(arc[n]); }
      });
      return line;
    }

    /** Return the rings around units taken together. */
    union(rows) {
      return stitch(summed(rows.map((row) => this.ids[row] || [])), this.arcs);
    }

    /** Return what brings points of this plane to a map of the world of a size. */
    pixels(size) {
      return ([x, y]) => [((x + this.origin[0]) * size) / WORLD, ((y + this.origin[1]) * size) / WORLD];
    }

    /** Return where a place in degrees is in this plane. */
    place(at) {
      const [x, y] = projected(at);
      return [x - this.origin[0], y - this.origin[1]];
    }

    cell(x, y) {
      const of = (v, size) => Math.max(0, Math.min(CELLS - 1, Math.floor((v / (size || 1)) * CELLS)));
      return [of(x, this.size[0]), of(y, this.size[1])];
    }

    /** Note in which cells of the grid each unit is. */
    fill() {
      this.grid = new Map();
      this.boxes.forEach((box, row) => {
        if (!this.rings[row].length) { return; }
        const [west, north] = this.cell(box[0], box[1]), [east, south] = this.cell(box[2], box[3]);
        for (let i = west; i <= east; i++) {
          for (let j = north; j <= south; j++) {
            const key = i * CELLS + j;
            if (!this.grid.has(key)) { this.grid.set(key, []); }
            this.grid.get(key).push(row);
          }
        }
      });
    }

    /** Return the unit at a point of the plane, -1 for none; of several the last drawn. */
    unitAt(x, y) {
      const [i, j] = this.cell(x, y);
      const here = (this.grid.get(i * CELLS + j) || []).filter((row) => {
        const box = this.boxes[row];
        return x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3] &&
          around(x, y, this.rings[row]);
      });
      return here.length ? here[here.length - 1] : -1;
    }

    /** Return the units along a way from one point to another, looked up every step. */
    along(from, to, step) {
      const far = Math.hypot(to[0] - from[0], to[1] - from[1]);
      const times = Math.max(1, Math.ceil(far / step)), found = new Set();
      for (let k = 0; k <= times; k++) {
        const share = k / times;
        found.add(this.unitAt(from[0] + share * (to[0] - from[0]),
          from[1] + share * (to[1] - from[1])));
      }
      found.delete(-1);
      return [...found];
    }

    /** Return the units whose middle lies in a box. */
    within(box) {
      return this.at.flatMap((at, row) => (at && at[0] >= box[0] && at[0] <= box[2] &&
        at[1] >= box[1] && at[1] <= box[3] ? [row] : []));
    }

    /** Return the box around some units. */
    boxOf(rows) {
      return rows.filter((row) => this.rings[row].length)
        .reduce((box, row) => joined(box, this.boxes[row]), [Infinity, Infinity, -Infinity, -Infinity]);
    }

    /** Return the units that share a border with one. */
    beside(row) {
      return [...new Set(this.arcsOf[row].flatMap((k) => this.users[k]))].filter((k) => k !== row);
    }

    /** Tell whether an arc bounds land of different homes, or the outside. */
    isEdge(k, homes) {
      const users = this.users[k];
      return users.length < 2 || users.some((row) => homes[row] !== homes[users[0]]);
    }
  }

  Object.assign(geo, { Coverage, BASE, touch, joined });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
