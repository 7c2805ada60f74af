// The scripts of the map are plain scripts that share one name: loaded here as a page loads them.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export function load(...names) {
  names.forEach((name) => require(`../../../geo_merge/maps/web/${name}.js`));
  return globalThis.geoMerge;
}
