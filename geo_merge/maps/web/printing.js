/* What the browser itself prints: the map as it is seen, whole, on a page of the window's size.
 *
 * Printers fit such a page to their paper. On a paper of another width the map would be cut off:
 * what is painted keeps its pixels.
 */
(function (root, geo) {
  "use strict";

  function printing(live) {
    const page = document.createElement("style");
    const begin = function () {
      page.textContent = `@page { size: ${root.innerWidth}px ${root.innerHeight}px; margin: 0 }`;
      document.head.append(page);
    };
    const end = () => page.remove();
    root.addEventListener("beforeprint", begin);
    root.addEventListener("afterprint", end);
    live.cleanups.push(function () {
      root.removeEventListener("beforeprint", begin);
      root.removeEventListener("afterprint", end);
      end();
    });
  }

  Object.assign(geo, { printing });
})(globalThis, globalThis.geoMerge || (globalThis.geoMerge = {}));
