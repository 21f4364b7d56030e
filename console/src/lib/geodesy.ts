/**
 * Geodesics of the WGS84 ellipsoid, for drawing: where a line of given bearing and length ends, and the bearing and
 * length between two points. T. Vincenty, «Direct and inverse solutions of geodesics on the ellipsoid», Survey Review
 * XXIII (1975). Good to well under a millimetre; verdicts are the host's, these only draw.
 */
import type { LonLat } from "./coordinates";

const A = 6378137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const RAD = Math.PI / 180;
const ENOUGH = 1e-12;

function series(cosSqAlpha: number): [number, number] {
  const u = (cosSqAlpha * (A * A - B * B)) / (B * B);
  const first = 1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u)));
  const second = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
  return [first, second];
}

function deltaSigma(b: number, sinS: number, cosS: number, cos2m: number): number {
  const inner = cosS * (-1 + 2 * cos2m * cos2m) - (b / 6) * cos2m * (-3 + 4 * sinS * sinS) * (-3 + 4 * cos2m * cos2m);
  return b * sinS * (cos2m + (b / 4) * inner);
}

function longitudeTerm(cosSqAlpha: number): number {
  return (F / 16) * cosSqAlpha * (4 + F * (4 - 3 * cosSqAlpha));
}

/** The point `distanceM` metres from a point along the geodesic that leaves it at `azimuthDeg`. Longitude not wrapped. */
export function direct([lon, lat]: LonLat, azimuthDeg: number, distanceM: number): LonLat {
  const azimuth = azimuthDeg * RAD;
  const [sinA, cosA] = [Math.sin(azimuth), Math.cos(azimuth)];
  const tanU = (1 - F) * Math.tan(lat * RAD);
  const cosU = 1 / Math.sqrt(1 + tanU * tanU);
  const sinU = tanU * cosU;
  const sigma1 = Math.atan2(tanU, cosA);
  const sinAlpha = cosU * sinA;
  const cosSqAlpha = 1 - sinAlpha * sinAlpha;
  const [a, b] = series(cosSqAlpha);
  const start = distanceM / (B * a);
  let sigma = start;
  for (let i = 0; i < 100; i++) {
    const next = start + deltaSigma(b, Math.sin(sigma), Math.cos(sigma), Math.cos(2 * sigma1 + sigma));
    const done = Math.abs(next - sigma) < ENOUGH;
    sigma = next;
    if (done) break;
  }
  const [sinS, cosS, cos2m] = [Math.sin(sigma), Math.cos(sigma), Math.cos(2 * sigma1 + sigma)];
  const cross = sinU * sinS - cosU * cosS * cosA;
  const lat2 = Math.atan2(sinU * cosS + cosU * sinS * cosA, (1 - F) * Math.hypot(sinAlpha, cross));
  const lambda = Math.atan2(sinS * sinA, cosU * cosS - sinU * sinS * cosA);
  const c = longitudeTerm(cosSqAlpha);
  const dLon = lambda - (1 - c) * F * sinAlpha * (sigma + c * sinS * (cos2m + c * cosS * (-1 + 2 * cos2m * cos2m)));
  return [lon + dLon / RAD, lat2 / RAD];
}

export interface Leg {
  distance_m: number;
  /** Bearing in degrees at the first point. */
  azimuth_deg: number;
}

function greatCircle([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): Leg {
  const [p1, p2, dl] = [lat1 * RAD, lat2 * RAD, (lon2 - lon1) * RAD];
  const y = Math.sin(dl) * Math.cos(p2);
  const x = Math.cos(p1) * Math.sin(p2) - Math.sin(p1) * Math.cos(p2) * Math.cos(dl);
  const cosine = Math.sin(p1) * Math.sin(p2) + Math.cos(p1) * Math.cos(p2) * Math.cos(dl);
  return { distance_m: 6371008.8 * Math.atan2(Math.hypot(x, y), cosine), azimuth_deg: Math.atan2(y, x) / RAD };
}

/** Length and first bearing of the shortest geodesic. Near the antipode, where Vincenty does not converge, of the sphere. */
export function inverse(from: LonLat, to: LonLat): Leg {
  const total = (((to[0] - from[0]) % 360) + 540) % 360 - 180;
  const L = total * RAD;
  const u1 = Math.atan((1 - F) * Math.tan(from[1] * RAD));
  const u2 = Math.atan((1 - F) * Math.tan(to[1] * RAD));
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = L;
  for (let i = 0; i < 200; i++) {
    const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)];
    const sinS = Math.hypot(cos2 * sinL, cos1 * sin2 - sin1 * cos2 * cosL);
    if (sinS === 0) return { distance_m: 0, azimuth_deg: 0 };
    const cosS = sin1 * sin2 + cos1 * cos2 * cosL;
    const sigma = Math.atan2(sinS, cosS);
    const sinAlpha = (cos1 * cos2 * sinL) / sinS;
    const cosSq = 1 - sinAlpha * sinAlpha;
    const cos2m = cosSq < 1e-15 ? 0 : cosS - (2 * sin1 * sin2) / cosSq;
    const c = longitudeTerm(cosSq);
    const next = L + (1 - c) * F * sinAlpha * (sigma + c * sinS * (cos2m + c * cosS * (-1 + 2 * cos2m * cos2m)));
    const done = Math.abs(next - lambda) < ENOUGH;
    lambda = next;
    if (!done) continue;
    const [a, b] = series(cosSq);
    const azimuth = Math.atan2(cos2 * Math.sin(lambda), cos1 * sin2 - sin1 * cos2 * Math.cos(lambda));
    return { distance_m: B * a * (sigma - deltaSigma(b, sinS, cosS, cos2m)), azimuth_deg: azimuth / RAD };
  }
  return greatCircle(from, to);
}
