import { describe, expect, it } from "vitest";
import { direct, inverse } from "../src/lib/geodesy";

/** Answers of GeographicLib 2.0 (Karney), an independent solution: lon, lat, azimuth, metres, lon2, lat2. */
const KARNEY: [number, number, number, number, number, number][] = [
  [36.3, 33.5, 57.5, 25000, 36.5272235004, 33.6208984675],
  [179.9, -12, 95, 40000, -179.7340548419, -12.0312753040],
  [0, 0, 90, 5e6, 44.9157642060, 0.0000000000],
  [-70, 78, -20, 900000, -101.9104926457, 84.7962221777],
  [36.3, 33.5, 180, 1, 36.3000000000, 33.4999909840],
  [10, -45, 300, 9e6, -51.6430397620, 13.9530256962],
  [120, 89.5, 10, 200000, -73.8251812512, 88.6988954609],
];

describe("geodesics", () => {
  it.each(KARNEY)("from %d, %d on %d for %d m agrees with Karney's solution", (lon, lat, azimuth, s, lon2, lat2) => {
    const end = direct([lon, lat], azimuth, s);
    expect(Math.cos((lat2 * Math.PI) / 180) * (((end[0] - lon2 + 540) % 360) - 180)).toBeCloseTo(0, 8);
    expect(end[1]).toBeCloseTo(lat2, 8);
    const back = inverse([lon, lat], [lon2, lat2]);
    expect(back.distance_m).toBeCloseTo(s, 3);
    expect(direct([lon, lat], back.azimuth_deg, back.distance_m)[1]).toBeCloseTo(lat2, 8);
  });

  it("finds no distance between a point and itself", () => {
    expect(inverse([36, 33], [36, 33]).distance_m).toBe(0);
  });

  it("still answers, within half a per cent, where Vincenty's series does not converge", () => {
    expect(inverse([0, 0], [179.7, 0.5]).distance_m / 19_944_127.421).toBeCloseTo(1, 2);
  });
});
