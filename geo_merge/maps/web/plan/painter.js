/* A plan on a canvas over a map: only where something changed is it painted again. */
(function (geo) {
  "use strict";

  const { BASE, touch } = geo;
  const NOWHERE = "#e4e7ea"; // land without a place
  const LEAST = 9; // pixels: units that are smaller have no lines of their own
  const AROUND = 4; // pixels that lines reach beyond what they bound

  function pathOf(lines, closed) {
    const path = new Path2D();
    lines.forEach(function (line) {
      line.forEach(([x, y], k) => (k ? path.lineTo(x, y) : path.moveTo(x, y)));
      if (closed) { path.closePath(); }
    });
    return path;
  }

  /** Paint the units of a coverage on a Leaflet map.
   *
   * look: colour(row), homes(), chosen() (a home, or undefined), marked() ([rows, colour] each).
   */
  function painter(map, coverage, look, pane) {
    const canvas = document.createElement("canvas");
    canvas.className = "gp-canvas";
    canvas.setAttribute("aria-hidden", "true");
    (pane || map.getPanes().overlayPane).appendChild(canvas);
    const ctx = canvas.getContext("2d");
    const fills = coverage.rings.map((rings) => pathOf(rings, true));
    const lines = coverage.arcs.map((arc) => pathOf([arc], false));
    const sizes = coverage.boxes.map((box) => box[2] - box[0]).filter(Number.isFinite).sort((a, b) => a - b);
    const usual = sizes[sizes.length >> 1] || 1;
    let scale = 1, corner = [0, 0], ratio = 1, asked = 0;

    /** Put the canvas over what the map shows now. */
    function place() {
      const size = map.getSize();
      ratio = window.devicePixelRatio || 1;
      const wide = Math.round(size.x * ratio), high = Math.round(size.y * ratio);
      if (canvas.width !== wide || canvas.height !== high) {
        canvas.width = wide; canvas.height = high;
        canvas.style.width = `${size.x}px`; canvas.style.height = `${size.y}px`;
      }
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      scale = 2 ** (map.getZoom() - BASE);
      const seen = map.getPixelBounds().min;
      corner = [seen.x / scale - coverage.origin[0], seen.y / scale - coverage.origin[1]];
    }

    /** Return the point of the coverage that is under a point of the container. */
    const toPlane = (point) => [point.x / scale + corner[0], point.y / scale + corner[1]];

    const toScreen = ([x, y]) => [(x - corner[0]) * scale, (y - corner[1]) * scale];

    function strokes(view, width, colour, wanted) {
      ctx.lineWidth = width / scale;
      ctx.strokeStyle = colour;
      coverage.arcBoxes.forEach(function (box, k) {
        if (touch(box, view) && wanted(k)) { ctx.stroke(lines[k]); }
      });
    }

    /** Paint what lies in a box of the plane, or all that is seen. */
    function paint(part) {
      const size = map.getSize();
      const seen = [corner[0], corner[1], corner[0] + size.x / scale, corner[1] + size.y / scale];
      const reach = AROUND / scale;
      const view = part ? [part[0] - reach, part[1] - reach, part[2] + reach, part[3] + reach] : seen;
      // Whole pixels, so that the edge of what is painted again is not seen.
      const [west, north] = [0, 1].map((k) => Math.floor((view[k] - corner[k]) * scale * ratio));
      const [east, south] = [2, 3].map((k) => Math.ceil((view[k] - corner[k - 2]) * scale * ratio));
      ctx.save();
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.beginPath();
      ctx.rect(west, north, east - west, south - north);
      ctx.clip();
      ctx.clearRect(west, north, east - west, south - north);
      ctx.setTransform(scale * ratio, 0, 0, scale * ratio, -corner[0] * scale * ratio, -corner[1] * scale * ratio);
      ctx.lineJoin = "round";
      const homes = look.homes();
      const fine = usual * scale >= LEAST;
      coverage.boxes.forEach(function (box, row) {
        if (!touch(box, view)) { return; }
        ctx.fillStyle = look.colour(row) || NOWHERE;
        ctx.fill(fills[row]);
      });
      if (fine) { strokes(view, 0.7, "#0005", (k) => !coverage.isEdge(k, homes)); }
      strokes(view, fine ? 1.8 : 0.8, "#1b2530", (k) => coverage.isEdge(k, homes));
      const chosen = look.chosen();
      if (chosen !== undefined) {
        const is = (row) => homes[row] === chosen;
        strokes(view, 3.4, "#0b57d0", (k) => coverage.users[k].some(is) &&
          (coverage.users[k].length < 2 || !coverage.users[k].every(is)));
      }
      look.marked().forEach(function ([rows, colour]) {
        strokes(view, 2.6, colour, (k) => coverage.users[k].some((row) => rows.has(row)));
      });
      ctx.restore();
    }

    function all() {
      asked = 0;
      place();
      paint(null);
    }

    function again() {
      if (!asked) { asked = requestAnimationFrame(all); }
    }

    map.on("move zoom viewreset resize", again);
    all();
    return {
      canvas, toPlane, toScreen, again,
      scale: () => scale,
      /** Paint some units again at once. */
      rows(rows) {
        const box = coverage.boxOf(rows);
        if (box[0] <= box[2]) { paint(box); }
      },
      all,
      destroy() {
        if (asked) { cancelAnimationFrame(asked); }
        map.off("move zoom viewreset resize", again);
        canvas.remove();
      },
    };
  }

  Object.assign(geo, { painter });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
