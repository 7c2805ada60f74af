/* Two plans of the same old units side by side, or one behind a curtain: what differs is marked. */
(function (geo) {
  "use strict";

  const { el, button } = geo;
  const COLOURS = { same: "#dde1e5", renamed: "#eedd88", grown: "#44bb99", split: "#ee8866",
    exchanged: "#b39ddb", joined: "#77aadd", new: "#99ddff" };
  const MOVED = "#c1121f";
  const MOST = 300; // rows of a list

  function map(box, bounds) {
    const made = L.map(box, { zoomSnap: 0.01, zoomAnimation: false, attributionControl: false,
      doubleClickZoom: false, zoomControl: false });
    made.fitBounds(bounds, { animate: false });
    return made;
  }

  /** Let two maps show the same place. */
  function linked(maps) {
    let busy = false;
    maps.forEach((one, k) => one.on("move", function () {
      if (busy) { return; }
      busy = true;
      maps[1 - k].setView(one.getCenter(), one.getZoom(), { animate: false });
      busy = false;
    }));
  }

  function legend(parent, data, t) {
    const list = el("ul", "gd-legend", parent);
    const add = (colour, text, line) => {
      const item = el("li", "", list);
      const swatch = el("i", line ? "gd-line" : "gp-swatch", item);
      swatch.style[line ? "borderTopColor" : "background"] = colour;
      el("span", "", item, text);
    };
    Object.keys(COLOURS).filter((change) => data.count[change]).forEach((change) =>
      add(COLOURS[change], `${t(`change_${change}`)}: ${data.count[change]}`));
    add(MOVED, `${t("moved_units")}: ${data.moved.length}`, true);
  }

  /** data: units (geometry of ground), homes, news, titles (of both plans), moved, count, words. */
  function difference(host, geometry, data) {
    const t = (key) => data.words[key] ?? key;
    const coverage = new geo.Coverage(geometry.topology, geometry.places);
    const box = el("main", "gm gp gd", host);
    const bar = el("div", "gp-bar", box);
    el("h1", "gp-title", bar, t("title"));
    legend(bar, data, t);
    const modes = el("div", "gm-group", bar);
    const main = el("div", "gp-main", box);
    const stage = el("div", "gd-stage", main);
    const side = el("aside", "gp-side", main);
    side.setAttribute("aria-label", t("list"));
    const panes = data.titles.map((title, k) => {
      const pane = el("div", "gd-pane", stage);
      const inner = el("div", "gp-map", pane);
      inner.setAttribute("role", "application");
      inner.setAttribute("aria-label", title);
      el("strong", `gd-title gd-title-${k}`, pane, title);
      return inner;
    });
    const curtain = el("input", "gd-curtain", stage);
    curtain.type = "range";
    curtain.value = 50;
    curtain.setAttribute("aria-label", t("curtain"));
    const tip = el("div", "gm-tip", stage);
    tip.hidden = true;
    const maps = panes.map((pane) => map(pane, data.bounds));
    L.control.scale({ imperial: false }).addTo(maps[0]);
    L.control.zoom({ position: "topright" }).addTo(maps[1]);
    geo.nameZoom(maps[1].getContainer(), t);
    const moved = new Set(data.moved);
    const changeOf = (k, row) => { const home = data.homes[k][row]; return home === null ? null : data.news[k][home][2]; };
    let lit = new Set(), touched = false;
    const views = maps.map((one, k) => geo.painter(one, coverage, {
      homes: () => data.homes[k],
      colour: (row) => COLOURS[changeOf(k, row)],
      chosen: () => undefined,
      marked: () => [[moved, MOVED], [lit, "#0b57d0"]],
    }));
    maps.forEach((one, k) => geo.planNames(one, coverage, geometry.units, { homes: () => data.homes[k],
      titleOf: (home) => data.news[k][home][0], colour: (row) => COLOURS[changeOf(k, row)] || "#fff" }).again());
    linked(maps);

    function told(k, row) {
      const home = data.homes[k][row];
      return home === null ? t("nowhere") : `${`${data.news[k][home][1]} ${data.news[k][home][0]}`.trim()} (${home})`;
    }

    panes.forEach((pane, k) => {
      pane.addEventListener("pointermove", function (event) {
        const bounds = pane.getBoundingClientRect(), frame = stage.getBoundingClientRect();
        const row = coverage.unitAt(...views[k].toPlane({ x: event.clientX - bounds.left, y: event.clientY - bounds.top }));
        tip.hidden = row < 0;
        if (row < 0) { return; }
        const [code, name, type] = geometry.units[row];
        tip.replaceChildren();
        el("strong", "", tip, `${type} ${name}`.trim());
        el("small", "", tip, ` ${code}`);
        [0, 1].forEach((n) => el("div", "", tip, `${data.titles[n]}: ${told(n, row)}`));
        const x = Math.max(0, Math.min(event.clientX - frame.left + 14, frame.width - 260));
        const y = Math.max(0, Math.min(event.clientY - frame.top + 14, frame.height - 90));
        tip.style.transform = `translate(${x}px, ${y}px)`;
      });
      pane.addEventListener("pointerleave", () => { tip.hidden = true; });
    });

    function zoom(rows) {
      lit = new Set(rows);
      const around = coverage.boxOf(rows);
      if (around[0] <= around[2]) {
        const at = (x, y) => maps[0].unproject(L.point(x + coverage.origin[0], y + coverage.origin[1]), geo.BASE);
        maps[0].fitBounds([at(around[0], around[1]), at(around[2], around[3])], { padding: [40, 40], maxZoom: 12, animate: false });
      }
      views.forEach((view) => view.all());
    }

    function list(title, rows, text, places) {
      if (!rows.length) { return; }
      el("h2", "gd-head", side, `${title} (${rows.length})`);
      const items = el("ul", "gd-list", side);
      rows.slice(0, MOST).forEach((row) => button("gp-name", el("li", "", items), text(row), () => zoom(places(row))));
      if (rows.length > MOST) { el("li", "gm-faint", items, t("more").replace("{n}", rows.length - MOST)); }
    }

    list(t("moved_units"), data.moved, (row) => `${geometry.units[row].slice(1, 3).reverse().join(" ").trim()}: ${told(0, row)} → ${told(1, row)}`, (row) => [row]);
    list(t("changed_units"), data.pairs, ([change, one, two]) => `${t(`change_${change}`)}: ${[one, two].map((code, k) =>
      (code === null ? "–" : `${data.news[k][code][1]} ${data.news[k][code][0]}`.trim())).join(" → ")}`,
    ([, one, two]) => geometry.units.flatMap((_, row) => ((one !== null && data.homes[0][row] === one) ||
      (two !== null && data.homes[1][row] === two) ? [row] : [])));
    if (!data.moved.length && !data.pairs.length) { el("p", "", side, t("none")); }

    function cut() {
      panes[1].style.clipPath = stage.dataset.mode === "curtain" ? `inset(0 0 0 ${curtain.value}%)` : "";
    }

    function mode(name) {
      stage.dataset.mode = name;
      buttons.forEach((one) => {
        const on = one.dataset.mode === name;
        one.classList.toggle("gm-on", on);
        one.setAttribute("aria-pressed", String(on));
      });
      curtain.hidden = name !== "curtain";
      maps.forEach((one) => one.invalidateSize({ animate: false }));
      whole();
      cut();
    }

    function whole() {
      maps[0].fitBounds(data.bounds, { animate: false });
      views.forEach((view) => view.all());
    }
    const buttons = ["dual", "curtain"].map((name) => {
      const one = button("gm-button", modes, t(name), () => mode(name));
      one.dataset.mode = name;
      return one;
    });
    curtain.addEventListener("input", cut);
    new ResizeObserver(() => {
      box.classList.toggle("gp-narrow", box.clientWidth < 760);
      maps.forEach((one) => one.invalidateSize({ animate: false }));
      if (touched) { views.forEach((view) => view.again()); } else { whole(); }
    }).observe(stage);
    box.addEventListener("pointerdown", () => { touched = true; });
    box.addEventListener("wheel", () => { touched = true; }, { passive: true });
    mode("dual");
    return { maps: maps, views: views, coverage: coverage, mode: mode, data: data, zoom: zoom };
  }

  Object.assign(geo, { difference });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
