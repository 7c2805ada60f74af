/* Borders of units: every one of them stands once, in the arcs of a TopoJSON topology.
 *
 * Rings have their land on the left. What is drawn of some units is the sum of their rings: an arc
 * that two members run in opposite directions is inside, and falls out. A sum of closed rings is
 * closed, whatever the units are: overlapping, doubled, touching. It is filled by the non-zero
 * rule, so that land is filled however many units claim it, and holes are not.
 *
 * drawn.py does the same in Python, where the drawing is proven before it is sent.
 *
 * A topology has the vertices that a map of the whole area shows. Its details are the same arcs
 * with more vertices, for a map that is zoomed in.
 */
(function (root) {
  "use strict";

  const NORTHERNMOST = 85.0511287798; // degrees: the edge of Leaflet's square world

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

  /** Return the arcs around units taken together, each as often as it is left over. */
  function around(units) {
    const count = new Map();
    units.forEach((rings) => rings.forEach((ring) => ring.forEach(function (k) {
      const id = k < 0 ? ~k : k;
      count.set(id, (count.get(id) || 0) + (k < 0 ? -1 : 1));
    })));
    const left = [];
    count.forEach(function (times, id) {
      for (let n = Math.abs(times); n > 0; n--) { left.push(times < 0 ? ~id : id); }
    });
    return left;
  }

  /** Join arcs to rings of arcs: as many arcs lead to a point as away from it. */
  function chained(arcs, points) {
    const start = (k) => (k < 0 ? points[~k][points[~k].length - 1] : points[k][0]);
    const open = new Map();
    arcs.forEach(function (k) {
      const at = start(k).join();
      if (!open.has(at)) { open.set(at, []); }
      open.get(at).push(k);
    });
    const rings = [];
    open.forEach(function (here) {
      while (here.length) {
        const ring = [];
        let next = here;
        do {
          const k = next.pop();
          ring.push(k);
          next = open.get(start(~k).join());
        } while (next && next.length);
        rings.push(ring);
      }
    });
    return rings;
  }

  function along(ring, points) {
    const line = [];
    ring.forEach(function (k) {
      const arc = k < 0 ? points[~k].slice().reverse() : points[k];
      for (let n = line.length ? 1 : 0; n < arc.length; n++) { line.push(arc[n]); }
    });
    return line;
  }

  /** Join arcs to rings of points. */
  function stitch(arcs, points) {
    return chained(arcs, points).map((ring) => along(ring, points));
  }

  /** Return twice the area that a ring has on its left. */
  function leftOf(ring) {
    return ring.reduce(function (sum, a, k) {
      const b = ring[(k + 1) % ring.length];
      return sum + (a[0] - ring[0][0]) * (b[1] - ring[0][1]) - (b[0] - ring[0][0]) * (a[1] - ring[0][1]);
    }, 0);
  }

  /** Part what is around all units: the outer edge, gaps between them, land that several claim.
   *
   * A gap has its land outside; an overlap is left over inside the land of others.
   */
  function edgesOf(arcs, points) {
    const rings = chained(arcs, points).map(function (ids) {
      const line = along(ids, points);
      return { ids: ids.map((k) => (k < 0 ? ~k : k)), line: line, box: boxOf([line]) };
    });
    const edges = { outline: [], gaps: [], overlaps: [] };
    rings.forEach(function (ring) {
      const [a, b] = ring.line;
      const holders = () => rings.filter((other) => other !== ring &&
        other.box[0] <= ring.box[0] && other.box[1] <= ring.box[1] &&
        other.box[2] >= ring.box[2] && other.box[3] >= ring.box[3]).map((other) => other.line);
      const area = leftOf(ring.line); // none of an arc that the grid has made a point
      const kind = area < 0 ? "gaps" : area > 0 &&
        inside((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, holders()) ? "overlaps" : "outline";
      edges[kind].push(...ring.ids);
    });
    return edges;
  }

  /** Return for each of several groups of arcs the groups that share one with it. */
  function neighbouring(groups) {
    const users = new Map();
    groups.forEach((arcs, group) => arcs.forEach(function (k) {
      const id = k < 0 ? ~k : k;
      if (!users.has(id)) { users.set(id, []); }
      users.get(id).push(group);
    }));
    const result = groups.map(() => new Set());
    users.forEach((sharing) => sharing.forEach((one) => sharing.forEach(function (other) {
      if (one !== other) { result[one].add(other); }
    })));
    return result.map((found) => [...found]);
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

  /** Return the arcs between units of one group, of which one at least is marked. */
  function within(rings, groups, marks) {
    const users = new Map();
    rings.forEach((unit, row) => unit.forEach((ring) => ring.forEach(function (k) {
      const id = k < 0 ? ~k : k;
      if (!users.has(id)) { users.set(id, new Set()); }
      users.get(id).add(row);
    })));
    return [...users.keys()].filter(function (id) {
      const rows = [...users.get(id)];
      return rows.length > 1 && rows.every((row) => groups[row] === groups[rows[0]]) &&
        rows.some((row) => marks[row]);
    });
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
        before: (row) => stitch(around(rings[row] ? [rings[row]] : []), points),
        after: (row) => stitch(around(members(geometry.after[row].code)), points),
        line: (id) => points[id],
        box: (id) => boxes[id] || (boxes[id] = boxOf([points[id]])),
      };
    }

    const points = decode(geometry.topology), coarse = drawn(points);
    const isLong = (k) => new Set(points[k < 0 ? ~k : k].map(String)).size > 1;
    const arcsOf = {
      before: () => geometry.before.map((_, row) => (rings[row] ? around([rings[row]]) : [])),
      after: () => geometry.after.map((p) => around(members(p.code))),
    };
    const feature = (side) => (p, row) => ({ type: "Feature", properties: p,
      geometry: { type: "Polygon", coordinates: coarse[side](row) } });
    return {
      before: geometry.before.map(feature("before")),
      after: geometry.after.map(feature("after")),
      districts: between(rings, column("parent")),
      provinces: between(rings, column("grandparent")),
      below: within(rings, column("new_code"), column("below")),
      edges: edgesOf(around(rings.filter(Boolean)), points),
      neighbours: (side) => neighbouring(arcsOf[side]().map((arcs) => arcs.filter(isLong))),
      coarse: coarse,
      finer: (detail) => drawn(decode(detail)),
    };
  }

  /** Return where a latitude is on a map in the Mercator projection, in which lines are straight. */
  function northing(lat) {
    const seen = Math.max(-NORTHERNMOST, Math.min(NORTHERNMOST, lat));
    return Math.log(Math.tan(Math.PI / 4 + (seen * Math.PI) / 360));
  }

  /** Tell whether a place is inside rings as they are filled: whether they go around it. */
  function inside(lng, lat, rings) {
    let times = 0;
    rings.forEach(function (ring) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const a = ring[j], b = ring[i], upward = a[1] <= lat;
        if (upward === (b[1] <= lat)) { continue; }
        const from = northing(a[1]);
        const share = (northing(lat) - from) / (northing(b[1]) - from);
        if (lng < a[0] + share * (b[0] - a[0])) { times += upward ? 1 : -1; }
      }
    });
    return times !== 0;
  }

  function boxOf(rings) {
    let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
    rings.forEach((ring) => ring.forEach(function (at) {
      west = Math.min(west, at[0]); east = Math.max(east, at[0]);
      south = Math.min(south, at[1]); north = Math.max(north, at[1]);
    }));
    return [west, south, east, north];
  }

  root.geoBorders = {
    shapesOf, inside, boxOf, edgesOf, neighbouring, northing, decode, outlines, around, stitch,
  };
})(typeof globalThis !== "undefined" ? globalThis : window);
