/**
 * Where two shapes come closest: for the line that shows a conflict between envelopes that do not overlap but are nearer
 * than the agreed separation. Worked out on a flat patch round them, which is enough to draw by; distances are the host's.
 */
import type { Geometry, Position } from "geojson";
import type { LonLat } from "./coordinates";
import { unwrapLon } from "./shapes";

/** More points of an outline than this are thinned: nobody sees the difference on a screen. */
const MOST_POINTS = 400;

type Line = LonLat[];

function lines(g: Geometry): Position[][] {
  switch (g.type) {
    case "LineString":
      return [g.coordinates];
    case "Polygon":
    case "MultiLineString":
      return g.coordinates;
    case "MultiPolygon":
      return g.coordinates.flat();
    case "GeometryCollection":
      return g.geometries.flatMap(lines);
    default:
      return [];
  }
}

function outlines(g: Geometry, near: number): Line[] {
  return lines(g).map((line) => {
    const step = Math.max(1, Math.ceil(line.length / MOST_POINTS));
    const kept = line.filter((_, i) => i % step === 0 || i === line.length - 1);
    return kept.map((p): LonLat => [unwrapLon(p[0]!, near), p[1]!]);
  });
}

/** The point of segment ab that is nearest to p, and how far it is, with longitudes shrunk by `k`. */
function onSegment(p: LonLat, a: LonLat, b: LonLat, k: number): { at: LonLat; distance: number } {
  const [dx, dy] = [(b[0] - a[0]) * k, b[1] - a[1]];
  const length2 = dx * dx + dy * dy;
  const along = length2 === 0 ? 0 : ((p[0] - a[0]) * k * dx + (p[1] - a[1]) * dy) / length2;
  const t = Math.min(1, Math.max(0, along));
  const at: LonLat = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
  return { at, distance: Math.hypot((p[0] - at[0]) * k, p[1] - at[1]) };
}

function closest(points: Line[], segments: Line[], k: number): { from: LonLat; to: LonLat; distance: number } | null {
  let best: { from: LonLat; to: LonLat; distance: number } | null = null;
  for (const p of points.flat()) {
    for (const line of segments) {
      for (let i = 1; i < line.length; i++) {
        const { at, distance } = onSegment(p, line[i - 1]!, line[i]!, k);
        if (!best || distance < best.distance) best = { from: p, to: at, distance };
      }
    }
  }
  return best;
}

/** A point of each of two shapes' outlines, as near to each other as they come; null when one has no outline. */
export function nearest(a: Geometry, b: Geometry): [LonLat, LonLat] | null {
  const first = lines(a)[0]?.[0];
  if (!first) return null;
  const [one, other] = [outlines(a, first[0]!), outlines(b, first[0]!)];
  const k = Math.cos((first[1]! * Math.PI) / 180);
  const there = closest(one, other, k);
  const back = closest(other, one, k);
  if (!there || !back) return null;
  return there.distance <= back.distance ? [there.from, there.to] : [back.to, back.from];
}
