/* The workplace on which a plan is painted: a map, what is over it and what is beside it. */
(function (geo) {
  "use strict";

  const { el } = geo;
  const NARROW = 760; // pixels below which the table is under the map
  const EDGE = 24; // pixels around what is zoomed to

  function frame(host) {
    const box = el("div", "gm gp");
    host.replaceChildren(box);
    const parts = { box: box, heading: el("h1", "gm-live", box), bar: el("div", "gp-bar", box), founding: el("div", "", box) };
    parts.message = el("p", "gp-message", box);
    parts.message.setAttribute("role", "status");
    parts.main = el("div", "gp-main", box);
    parts.map = el("div", "gp-map", parts.main);
    parts.side = el("aside", "gp-side", parts.main);
    parts.tip = el("div", "gm-tip", parts.map);
    parts.tip.hidden = true;
    return parts;
  }

  /** Two lists beside the map, one at a time. */
  function tabs(live, parent) {
    const names = ["new_units", "communes"];
    const head = el("div", "gm-group gp-tabs", parent);
    head.setAttribute("role", "tablist");
    const pages = names.map(() => {
      const page = el("div", "gp-page", parent);
      page.setAttribute("role", "tabpanel");
      return page;
    });
    const buttons = names.map((_, k) => {
      const one = geo.button("gm-button", head, "", () => show(k));
      one.setAttribute("role", "tab");
      return one;
    });
    function show(k) {
      pages.forEach((page, n) => { page.hidden = n !== k; });
      buttons.forEach((one, n) => {
        one.setAttribute("aria-selected", String(n === k));
        one.classList.toggle("gm-on", n === k);
      });
      if (live.list) { live.list.update(); }
    }
    show(0);
    return { pages: pages, write() {
      names.forEach((name, k) => {
        buttons[k].textContent = live.t(name);
        pages[k].setAttribute("aria-label", live.t(name));
      });
    } };
  }

  function mapIn(box, bounds) {
    const map = L.map(box, { zoomSnap: 0.01, zoomAnimation: false, attributionControl: false,
      keyboard: false, boxZoom: false, doubleClickZoom: false, zoomControl: true });
    map.fitBounds(bounds, { animate: false });
    L.control.scale({ imperial: false }).addTo(map);
    return map;
  }

  /** Make the workplace. send(told) tells the server of what is done. */
  function planner(host, geometry, settings, send) {
    const parts = frame(host);
    const live = { settings: settings, places: geometry.places, tip: parts.tip, parts: parts };
    const coverage = new geo.Coverage(geometry.topology, geometry.places);
    const model = new geo.Model(geometry.units, coverage);
    let tool = "click", target = null, cursor = -1, waiting = null, touched = false, pointed = [-1];
    Object.assign(live, {
      coverage: coverage, model: model,
      t: (key, values) => geo.filled(live.settings.words[key] ?? key, values),
      number: (value, digits) => geo.number(value, live.settings.language, digits === undefined ? 0 : digits, digits),
      tool: () => tool, target: () => target, cursor: () => cursor,
      nameOf: (code) => { const unit = model.units[model.row.get(code)]; return unit ? `${unit[1]} (${code})` : code; },
      nameOfNew: (code) => { const unit = model.news.get(code); return unit ? `${unit.type} ${unit.name}`.trim() : code; },
      drawn: geometry.places.map((at) => (at[0] === null ? [NaN, NaN] : at)),
    });
    live.map = mapIn(parts.map, settings.bounds);
    live.view = geo.painter(live.map, coverage, {
      homes: () => model.homes, colour: (row) => model.colour(row), chosen: () => target ?? undefined,
      marked: () => (cursor < 0 ? [] : [[new Set([cursor]), "#d40000"]]),
    });

    live.names = geo.planNames(live.map, coverage, model.units, { homes: () => model.homes,
      titleOf: (code) => model.news.get(code)?.name ?? "", colour: (row) => model.colour(row) || "#fff" });

    live.tell = function (operation) {
      live.say(""); // what was said may be undone by it
      model.push(operation);
      live.send();
    };
    /** Do what may wait until what was painted is on the screen. */
    const later = (what) => requestAnimationFrame(() => setTimeout(what, 0));
    live.send = () => send({ has: model.revision, queue: model.queue });
    live.say = function (text, bad) {
      parts.message.textContent = text;
      parts.message.classList.toggle("gp-bad", Boolean(bad));
    };
    live.await = (code) => { waiting = code; };
    live.pick = function (name) {
      tool = name;
      const drags = name === "click" || name === "look";
      live.map.dragging[drags ? "enable" : "disable"]();
      parts.map.classList.toggle("gp-paints", !drags);
    };
    /** Show new units that have another colour now in the table; return their old units. */
    function recoloured() {
      const codes = [...model.recoloured];
      model.recoloured.clear();
      if (codes.length) { live.table.all(codes); }
      return codes.flatMap((code) => model.members(code));
    }
    /** Put old units into the unit at hand, or where it is said; all at once, as one operation. */
    live.act = function (rows, to) {
      const where = to === undefined ? target : to;
      const { moved, held } = model.assign(rows, where);
      live.view.rows([...moved, ...rows, ...recoloured()]);
      live.point(...pointed); // it may be told of a unit that has just gone elsewhere
      if (moved.length) {
        later(live.send);
        live.names.again();
      }
      if (held.length) {
        const [side, code] = held[0];
        live.say(live.t(held.length === 1 ? "held_one" : "held", { n: live.number(held.length),
          unit: side === "old" ? live.nameOf(code) : live.nameOfNew(code) }), true);
      } else if (moved.length) {
        const place = where === null ? live.t("nowhere") : live.nameOfNew(where);
        live.say(live.t(moved.length === 1 ? "moved_one" : "moved", { n: live.number(moved.length), name: live.nameOf(model.units[moved[0]][0]), unit: place }));
      }
    };
    /** Choose the unit that is painted with; null is none, which takes out. */
    live.choose = function (code, zoom) {
      target = code !== null && model.news.has(code) ? code : null;
      live.bar.chosen();
      live.card.update();
      live.table.all();
      live.list.update();
      const rows = target === null ? [] : model.members(target);
      if (zoom && rows.length) { live.zoom(rows); }
      live.view.all();
    };
    live.look = (row) => live.choose(model.homes[row], false);
    live.zoom = function (rows) {
      const box = coverage.boxOf(rows);
      if (!(box[0] <= box[2])) { return; }
      const at = ([x, y]) => live.map.unproject(L.point(x + coverage.origin[0], y + coverage.origin[1]), geo.BASE);
      live.map.fitBounds([at([box[0], box[1]]), at([box[2], box[3]])],
        { padding: [EDGE, EDGE], maxZoom: 13, animate: false });
    };
    /** Put the cursor on an old unit. */
    live.go = function (row, zoom) {
      if (row < 0) { return; }
      const before = cursor;
      cursor = row;
      if (zoom) { live.zoom([row, ...coverage.beside(row)]); }
      live.view.rows(before < 0 ? [row] : [row, before]);
      const home = model.homes[row];
      live.say(`${live.nameOf(model.units[row][0])}: ${home === null ? live.t("nowhere") : live.nameOfNew(home)}`);
    };
    live.middle = function () {
      const size = live.map.getSize();
      const [x, y] = live.view.toPlane({ x: size.x / 2, y: size.y / 2 });
      const found = coverage.unitAt(x, y);
      return found >= 0 ? found : coverage.at.findIndex(Boolean);
    };
    live.point = function (row, point) {
      pointed = [row, point];
      parts.tip.hidden = row < 0;
      if (row < 0) { return; }
      const [code, name, type] = model.units[row], home = model.homes[row];
      parts.tip.replaceChildren();
      el("strong", "", parts.tip, `${type} ${name}`.trim());
      el("small", "", parts.tip, ` ${code}`);
      el("div", "", parts.tip, `→ ${home === null ? live.t("nowhere") : live.nameOfNew(home)}`);
      const size = live.map.getSize();
      parts.tip.style.transform = `translate(${Math.min(point.x + 14, size.x - 170)}px, ${Math.min(point.y + 14, size.y - 60)}px)`;
    };

    const tab = tabs(live, parts.side);
    const cardBox = el("section", "gp-card", tab.pages[0]);
    live.card = geo.planCard(live, cardBox);
    live.table = geo.planTable(live, tab.pages[0]);
    live.list = geo.planList(live, tab.pages[1]);
    const form = geo.founding(live, parts.founding);
    live.bar = geo.planBar(live, parts.bar, { founding: form });
    geo.pointing(live);
    geo.planKeys(live);
    const unbind = geo.undoing(live);

    function write() {
      parts.box.lang = live.settings.language;
      parts.heading.textContent = live.t("title");
      parts.box.classList.toggle("gm-dark", geo.isDark(getComputedStyle(parts.box).backgroundColor));
      const box = live.map.getContainer();
      box.setAttribute("aria-label", live.t("map_help"));
      box.setAttribute("role", "application");
      geo.nameZoom(box, live.t);
      box.tabIndex = 0;
      parts.side.setAttribute("aria-label", live.t("beside"));
      [tab, form, live.table].forEach((one) => (one.write || one.heads)());
      live.bar.write();
      live.list.write();
    }

    live.update = function (told, fresh) {
      const changed = live.settings.language !== fresh.language || live.settings.standard !== fresh.standard || !live.written;
      live.settings = fresh;
      const rows = told ? model.take(told) : [], before = target;
      if (told && told.refused) { live.say(told.refused, true); }
      if (waiting && model.news.has(waiting)) { target = waiting; waiting = null; }
      if (target !== null && !model.news.has(target)) { target = null; }
      if (changed) { live.written = true; write(); }
      live.bar.update();
      live.table.all(changed || !told ? undefined : told.news.map((unit) => unit.code));
      live.card.update();
      live.list.update();
      rows.push(...recoloured());
      if (rows.length > 200 || changed || target !== before) { live.view.all(); } else { live.view.rows(rows); }
      live.point(...pointed);
      live.names.again();
    };

    const sized = new ResizeObserver(function () {
      parts.box.classList.toggle("gp-narrow", parts.box.clientWidth < NARROW);
      live.map.invalidateSize({ animate: false });
      if (!touched) { live.map.fitBounds(settings.bounds, { animate: false }); }
      live.view.again();
    });
    sized.observe(parts.box);
    sized.observe(parts.map);
    ["pointerdown", "wheel", "keydown"].forEach((name) =>
      parts.box.addEventListener(name, () => { touched = true; }, { passive: true }));
    live.pick(tool);
    live.destroy = function () {
      sized.disconnect();
      unbind();
      live.names.destroy();
      live.view.destroy();
      live.map.remove();
    };
    return live;
  }

  Object.assign(geo, { planner });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
