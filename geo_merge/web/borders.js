/* Borders of units: every one of them stands once, in the arcs of a TopoJSON topology.
 *
 * New units, districts and provinces are joined from the arcs of the old units, as the dissolve
 * does it: an arc that two members share is inside. A ring list is filled by the even-odd rule, so
 * that parts and holes need not be told apart.
 *
 * A topology has the vertices that a map of the whole area shows. Its details are the same arcs
 * with more vertices, for a map that is zoomed in.
 */
(function (root) {
  "use strict";

  /** Return the arcs of a topology, or of its details, as lists of [lng, lat]. */
  function decode(topology) {
    const scale = topology.transform.scale, move = topology.transform.translate;
    return topology.arcs.map(function (arc) {
      let x = 0, y = 0;
      return arc.map(function (step) {
        x += step[0]; y += step[1];
        return [x * scale[0] + move[0], y * scale[1] + move[1]];
      });
    });
  }

  /** Return the arcs (~k: backwards) around each unit, by its row. */
  function outlines(topology) {
    const rings = [];
    topology.objects.units.geometries.forEach(function (unit) {
      const polygons = unit.type === "Polygon" ? [unit.arcs] : unit.arcs || [];
      rings[unit.properties.row] = polygons.flat();
    });
    return rings;
  }

  /** Join arcs to rings of points. */
  function stitch(arcs, points) {
    const start = (k) => (k < 0 ? points[~k][points[~k].length - 1] : points[k][0]);
    const end = (k) => start(~k);
    const open = new Map();
    arcs.forEach(function (k) {
      const at = start(k).join();
      if (!open.has(at)) { open.set(at, []); }
      open.get(at).push(k);
    });
    const rings = [];
    arcs.forEach(function (first) {
      if (!take(first)) { return; }
      const ring = [];
      let k = first;
      do {
        const line = k < 0 ? points[~k].slice().reverse() : points[k];
        ring.push.apply(ring, ring.length ? line.slice(1) : line);
        const next = open.get(end(k).join());
        k = next && next.length ? next.pop() : null;
      } while (k !== null);
      rings.push(ring);
    });
    return rings;

    function take(k) {
      const there = open.get(start(k).join()), at = there.indexOf(k);
      if (at >= 0) { there.splice(at, 1); }
      return at >= 0;
    }
  }

  /** Return the arcs around units taken together: those that two of them share are inside. */
  function around(units) {
    const once = new Map();
    units.forEach((rings) => rings.forEach((ring) => ring.forEach(function (k) {
      const id = k < 0 ? ~k : k;
      if (once.has(id)) { once.delete(id); } else { once.set(id, k); }
    })));
    return [...once.values()];
  }

  /** Return the arcs between units of different groups. */
  function between(rings, groups) {
    const seen = new Map();
    rings.forEach((unit, row) => unit.forEach((ring) => ring.forEach(function (k) {
      const id = k < 0 ? ~k : k;
      if (!seen.has(id)) { seen.set(id, new Set()); }
      seen.get(id).add(groups[row]);
    })));
    return [...seen.keys()].filter((id) => seen.get(id).size > 1);
  }

  function grouped(values) {
    const groups = new Map();
    values.forEach(function (value, row) {
      if (!groups.has(value)) { groups.set(value, []); }
      groups.get(value).push(row);
    });
    return groups;
  }

  /** Return the units of both sides as features, and the arcs of the lines above them. */
  function shapesOf(geometry) {
    const rings = outlines(geometry.topology);
    const groups = grouped(geometry.before.map((p) => p.new_code));
    const members = (code) => (groups.get(code) || []).map((row) => rings[row]).filter(Boolean);
    const column = (name) => geometry.before.map((p) => p[name]);

    /** Draw by the points of arcs: those of the topology, or of its details. */
    function drawn(points) {
      const boxes = [];
      return {
        before: (row) => (rings[row] || []).map((ring) => stitch(ring, points)).flat(),
        after: (row) => stitch(around(members(geometry.after[row].code)), points),
        line: (id) => points[id],
        box: (id) => boxes[id] || (boxes[id] = boxOf([points[id]])),
      };
    }

    const coarse = drawn(decode(geometry.topology));
    const feature = (side) => (p, row) => ({ type: "Feature", properties: p,
      geometry: { type: "Polygon", coordinates: coarse[side](row) } });
    return {
      before: geometry.before.map(feature("before")),
      after: geometry.after.map(feature("after")),
      districts: between(rings, column("parent")),
      provinces: between(rings, column("grandparent")),
      outline: around(rings.filter(Boolean)).map((k) => (k < 0 ? ~k : k)),
      coarse: coarse,
      finer: (detail) => drawn(decode(detail)),
    };
  }

  /** Tell whether a place is inside rings, holes among them counted as such. */
  function inside(x, y, rings) {
    let odd = false;
    rings.forEach(function (ring) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const a = ring[i], b = ring[j];
        if ((a[1] > y) !== (b[1] > y) && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) {
          odd = !odd;
        }
      }
    });
    return odd;
  }

  function boxOf(rings) {
    let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
    rings.forEach((ring) => ring.forEach(function (at) {
      west = Math.min(west, at[0]); east = Math.max(east, at[0]);
      south = Math.min(south, at[1]); north = Math.max(north, at[1]);
    }));
    return [west, south, east, north];
  }

  root.geoBorders = { shapesOf: shapesOf, inside: inside, boxOf: boxOf };
})(typeof globalThis !== "undefined" ? globalThis : window);
