/* Painting a plan: click, brush and rectangle, and the keyboard for those who have no mouse. */
(function (geo) {
  "use strict";

  const STEP = 4; // pixels along a stroke of the brush
  const UNDO = { z: "undo", y: "redo" };

  /** Return the point of the container that an event is at. */
  function pointOf(live, event) {
    const box = live.map.getContainer().getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  function unitAt(live, event) {
    return live.coverage.unitAt(...live.view.toPlane(pointOf(live, event)));
  }

  /** A stroke of the brush: painted as it goes, and one operation when it ends. */
  function brush(live) {
    let before = null, last = null;
    function over(rows) {
      const fresh = rows.filter((row) => !before.has(row) && !live.model.holds(row, live.target()));
      fresh.forEach((row) => {
        before.set(row, live.model.homes[row]);
        live.model.homes[row] = live.target();
      });
      if (fresh.length) { live.view.rows(fresh); }
    }
    return {
      start(point) {
        before = new Map();
        last = point;
        over(live.coverage.along(point, point, 1));
      },
      move(point) {
        over(live.coverage.along(last, point, STEP / live.view.scale()));
        last = point;
      },
      end() {
        const rows = [...before.keys()];
        before.forEach((home, row) => { live.model.homes[row] = home; });
        live.act(rows);
      },
    };
  }

  /** A rectangle: all units whose middle lies in it, in one operation. */
  function rectangle(live) {
    const frame = geo.el("div", "gp-frame", live.map.getContainer());
    let from = null, to = null;
    function draw() {
      const [x, y] = live.view.toScreen(from), [u, v] = live.view.toScreen(to);
      Object.assign(frame.style, { left: `${Math.min(x, u)}px`, top: `${Math.min(y, v)}px`,
        width: `${Math.abs(x - u)}px`, height: `${Math.abs(y - v)}px` });
    }
    return {
      start(point) { from = to = point; draw(); },
      move(point) { to = point; draw(); },
      end() {
        frame.remove();
        live.act(live.coverage.within([Math.min(from[0], to[0]), Math.min(from[1], to[1]),
          Math.max(from[0], to[0]), Math.max(from[1], to[1])]));
      },
    };
  }

  function pointing(live) {
    const box = live.map.getContainer();
    let stroke = null;
    const at = (event) => live.view.toPlane(pointOf(live, event));
    box.addEventListener("pointerdown", (event) => {
      const kind = { brush: brush, rectangle: rectangle }[live.tool()];
      if (!kind || event.button !== 0 || event.target.closest(".leaflet-control")) { return; }
      box.setPointerCapture(event.pointerId);
      stroke = kind(live);
      stroke.start(at(event));
    });
    box.addEventListener("pointermove", (event) => {
      if (!stroke) { live.point(event.buttons ? -1 : unitAt(live, event), pointOf(live, event)); return; }
      event.preventDefault();
      (event.getCoalescedEvents ? event.getCoalescedEvents() : [event]).forEach((e) => stroke.move(at(e)));
    });
    const end = () => { if (stroke) { stroke.end(); stroke = null; } };
    box.addEventListener("pointerup", end);
    box.addEventListener("pointercancel", end);
    box.addEventListener("pointerleave", () => live.point(-1));
    live.map.on("click", function (event) {
      const row = unitAt(live, event.originalEvent);
      if (row < 0) { return; }
      if (live.tool() === "click") { live.act([row]); }
      if (live.tool() === "look") { live.look(row); }
    });
  }

  /** Keys on the map: arrows go from unit to unit, Enter puts one in, Delete takes it out. */
  function keys(live) {
    live.map.getContainer().addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey) { return; }
      if (event.key in geo.WAYS) {
        const from = live.cursor() < 0 ? null : live.places[live.cursor()];
        live.go(from && from[0] !== null ? geo.towards(event.key, from, live.drawn) : live.middle());
      } else if ((event.key === "Enter" || event.key === " ") && live.cursor() >= 0) {
        if (live.tool() === "look") { live.look(live.cursor()); } else { live.act([live.cursor()]); }
      } else if ((event.key === "Delete" || event.key === "Backspace") && live.cursor() >= 0) {
        live.act([live.cursor()], null);
      } else {
        return;
      }
      event.preventDefault();
    });
  }

  /** Ctrl+Z and Ctrl+Y wherever the page has the keyboard, but in fields, which have their own. */
  function undoing(live) {
    function pressed(event) {
      const key = event.key.toLowerCase();
      const real = event.composedPath()[0];
      if (!(event.ctrlKey || event.metaKey) || event.altKey || !(key in UNDO)) { return; }
      if (real.matches && real.matches("input:not([type=radio]):not([type=checkbox]), textarea")) { return; }
      event.preventDefault();
      live.tell({ operation: event.shiftKey && key === "z" ? "redo" : UNDO[key] });
    }
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }

  Object.assign(geo, { pointing, planKeys: keys, undoing });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
