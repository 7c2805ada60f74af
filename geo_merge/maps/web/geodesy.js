/* Lengths and areas on the ellipsoid WGS 84, of places as [longitude, latitude] in degrees.
 *
 * Lengths are geodesics (Vincenty, Survey Review 23, 1975: half a millimetre). Areas are those of
 * polygons of great circles on the sphere of the same area, at authalic latitudes (Snyder, USGS
 * Professional Paper 1395, 1987, p. 16): as those of geodesics but for some millionths.
 */
(function (geo) {
  "use strict";

  const A = 6378137, F = 1 / 298.257223563, B = A * (1 - F), E2 = F * (2 - F), E = Math.sqrt(E2);
  const RAD = Math.PI / 180;
  const ROUNDS = 100, ENOUGH = 1e-12; // radians: some micrometres

  /** Return the metres between two places along the ellipsoid; NaN between antipodes. */
  function distance(from, to) {
    const u1 = Math.atan((1 - F) * Math.tan(from[1] * RAD));
    const u2 = Math.atan((1 - F) * Math.tan(to[1] * RAD));
    const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
    const turn = to[0] - from[0], along = (turn - 360 * Math.round(turn / 360)) * RAD;
    let lambda = along;
    for (let round = 0; round < ROUNDS; round++) {
      const sl = Math.sin(lambda), cl = Math.cos(lambda);
      const sinSigma = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
      if (sinSigma === 0) { return 0; }
      const cosSigma = s1 * s2 + c1 * c2 * cl, sigma = Math.atan2(sinSigma, cosSigma);
      const sinAlpha = (c1 * c2 * sl) / sinSigma, cos2 = 1 - sinAlpha ** 2;
      const middle = cos2 ? cosSigma - (2 * s1 * s2) / cos2 : 0; // 0 along the equator
      const c = (F / 16) * cos2 * (4 + F * (4 - 3 * cos2));
      const before = lambda;
      lambda = along + (1 - c) * F * sinAlpha *
        (sigma + c * sinSigma * (middle + c * cosSigma * (2 * middle ** 2 - 1)));
      if (Math.abs(lambda) > Math.PI) { return NaN; }
      if (Math.abs(lambda - before) < ENOUGH) {
        return arc(cos2, sigma, sinSigma, cosSigma, middle);
      }
    }
    return NaN;
  }

  /** Return the metres of a geodesic: the last step of Vincenty's formula. */
  function arc(cos2, sigma, sinSigma, cosSigma, middle) {
    const u = (cos2 * (A ** 2 - B ** 2)) / B ** 2;
    const big = 1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u)));
    const small = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
    const more = small * sinSigma * (middle + (small / 4) * (cosSigma * (2 * middle ** 2 - 1) -
      (small / 6) * middle * (4 * sinSigma ** 2 - 3) * (4 * middle ** 2 - 3)));
    return B * big * (sigma - more);
  }

  /** Return the metres along places, one after the other. */
  function lengthOf(places) {
    return places.slice(1).reduce((sum, to, k) => sum + distance(places[k], to), 0);
  }

  /** Return what the area from the equator to a latitude grows with, in squares of A. */
  function authalic(sine) {
    const es = E * sine;
    return (1 - E2) * (sine / (1 - es ** 2) + Math.atanh(es) / E);
  }

  /** Return the square metres within places, the last joined to the first. */
  function areaOf(places) {
    const pole = authalic(1);
    const latitudes = places.map(([, lat]) => {
      const share = authalic(Math.sin(lat * RAD)) / pole;
      return Math.asin(Math.max(-1, Math.min(1, share)));
    });
    let excess = 0;
    places.forEach((from, k) => {
      const next = (k + 1) % places.length, along = (places[next][0] - from[0]) * RAD;
      const [low, high] = [latitudes[k], latitudes[next]];
      excess += 2 * Math.atan2(Math.tan(along / 2) * Math.sin((low + high) / 2),
        Math.cos((low - high) / 2));
    });
    return Math.abs(excess) * A ** 2 * pole / 2;
  }

  Object.assign(geo, { distance, lengthOf, areaOf });
})(globalThis.geoMerge || (globalThis.geoMerge = {}));
