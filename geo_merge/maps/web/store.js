/* The state of the map, in one place: views are told of what they watch, once a change. */
(function (geo) {
  "use strict";

  class Store {
    constructor(values) {
      this.values = values;
      this.watchers = [];
    }

    /** Call a view whenever one of some values changes. */
    on(names, view) {
      this.watchers.push([new Set(names), view]);
    }

    /** Change values; what stays the same is no change. */
    set(changes) {
      const names = Object.keys(changes).filter((name) =>
        JSON.stringify(this.values[name]) !== JSON.stringify(changes[name]));
      Object.assign(this.values, changes);
      if (!names.length) { return []; }
      this.watchers.filter(([watched]) => names.some((name) => watched.has(name)))
        .forEach(([, view]) => view(this.values, names));
      return names;
    }
  }

  Object.assign(geo, { Store });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
