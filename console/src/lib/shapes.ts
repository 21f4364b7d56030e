/**
 * Footprints as rings that a flat map can draw truly: edges are geodesics, discs are geodesic discs, corridors are all
 * points within the half-width. Longitudes run on past ±180 instead of jumping, so nothing streaks across the map.
 */
import type { Geometry, MultiPolygon, Polygon, Position } from "geojson";
import * as polyclip from "polyclip-ts";
import type { AgreedArea, FootprintGeometry, Trajectory, Volume } from "./api";
import type { LonLat } from "./coordinates";
import { direct, inverse } from "./geodesy";

const EDGE_M = 20_000;
const DISC_POINTS = 96;
const CAP_POINTS = 24;
/** Beyond this many legs a corridor is drawn leg by leg: joining them would hold up the page. */
const MOST_LEGS_JOINED = 80;

export type Shape = { footprint: FootprintGeometry; radius_m?: number | null; half_width_m?: number | null };

/** The same longitude, written so that it lies within half a turn of `near`. */
export function unwrapLon(lon: number, near: number): number {
  return lon - 360 * Math.round((lon - near) / 360);
}

/** A chain of points without a jump at the antimeridian. */
export function unwrap(points: readonly Position[], near?: number): LonLat[] {
  let last = near ?? points[0]?.[0] ?? 0;
  return points.map((p) => {
    last = unwrapLon(p[0]!, last);
    return [last, p[1]!];
  });
}

/** Points along the geodesics between the given ones, none further than 20 km apart. */
export function densify(points: readonly LonLat[]): LonLat[] {
  const out: LonLat[] = points.length ? [points[0]!] : [];
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!];
    const { distance_m, azimuth_deg } = inverse(from, to);
    const pieces = Math.min(2000, Math.ceil(distance_m / EDGE_M));
    for (let k = 1; k < pieces; k++) out.push(direct(from, azimuth_deg, (distance_m * k) / pieces));
    out.push(to);
  }
  return unwrap(out);
}

/** A ring that winds round a pole is closed along the map's edge; any other is returned as it is. */
function closed(ring: LonLat[]): LonLat[] {
  const [first, last] = [ring[0]!, ring[ring.length - 1]!];
  if (Math.abs(last[0] - first[0]) < 180) return ring;
  const pole = ring.reduce((sum, p) => sum + p[1], 0) >= 0 ? 90 : -90;
  return [...ring, [last[0], pole], [first[0], pole], first];
}

function ringOf(points: readonly Position[], near?: number): LonLat[] {
  return closed(densify(unwrap(points, near)));
}

function polygonOf(rings: readonly Position[][], near?: number): LonLat[][] {
  const outer = ringOf(rings[0]!, near);
  return [outer, ...rings.slice(1).map((hole) => ringOf(hole, outer[0]![0]))];
}

/** The edge of a geodesic disc, as a closed ring. */
export function discRing(centre: LonLat, radiusM: number, points = DISC_POINTS): LonLat[] {
  const ring: LonLat[] = [];
  for (let i = 0; i <= points; i++) ring.push(direct(centre, (360 * (i % points)) / points, radiusM));
  return closed(unwrap(ring));
}

/** All points within `halfWidthM` of one geodesic leg: two parallel sides and two round ends. */
export function capsuleRing(from: LonLat, to: LonLat, halfWidthM: number): LonLat[] {
  const line = densify([from, to]);
  const bearings = line.map((p, i) =>
    i < line.length - 1 ? inverse(p, line[i + 1]!).azimuth_deg : inverse(p, line[i - 1]!).azimuth_deg + 180,
  );
  const last = line.length - 1;
  const side = (i: number, turn: number): LonLat => direct(line[i]!, bearings[i]! + turn, halfWidthM);
  const ring: LonLat[] = [];
  for (let i = 0; i <= last; i++) ring.push(side(i, -90));
  for (let k = 1; k < CAP_POINTS; k++) ring.push(side(last, -90 + (180 * k) / CAP_POINTS));
  for (let i = last; i >= 0; i--) ring.push(side(i, 90));
  for (let k = 1; k < CAP_POINTS; k++) ring.push(side(0, 90 + (180 * k) / CAP_POINTS));
  ring.push(ring[0]!);
  return unwrap(ring, line[0]![0]);
}

/** A corridor of round ends and round bends, its legs joined into one outline. */
export function corridor(line: readonly Position[], halfWidthM: number): MultiPolygon {
  const points = unwrap(line);
  const legs: LonLat[][][] = [];
  for (let i = 1; i < points.length; i++) legs.push([capsuleRing(points[i - 1]!, points[i]!, halfWidthM)]);
  if (legs.length < 2 || legs.length > MOST_LEGS_JOINED) return { type: "MultiPolygon", coordinates: legs };
  try {
    return { type: "MultiPolygon", coordinates: polyclip.union(legs[0]!, ...legs.slice(1)) };
  } catch {
    return { type: "MultiPolygon", coordinates: legs };
  }
}

/** A footprint as polygons to draw. A point or line without its radius or width has no extent and yields null. */
export function outline(shape: Shape): Polygon | MultiPolygon | null {
  const g = shape.footprint;
  switch (g.type) {
    case "Polygon":
      return { type: "Polygon", coordinates: polygonOf(g.coordinates) };
    case "MultiPolygon": {
      const near = g.coordinates[0]?.[0]?.[0]?.[0];
      return { type: "MultiPolygon", coordinates: g.coordinates.map((rings) => polygonOf(rings, near)) };
    }
    case "Point":
      if (!shape.radius_m) return null;
      return { type: "Polygon", coordinates: [discRing(g.coordinates as LonLat, shape.radius_m)] };
    case "LineString":
      return shape.half_width_m ? corridor(g.coordinates, shape.half_width_m) : null;
  }
}

/** A trajectory as the line it follows; its lateral uncertainty is drawn as the line's width. */
export function trajectoryLine(t: Trajectory): Geometry {
  return { type: "LineString", coordinates: densify(unwrap(t.coordinates)) };
}

/** Whatever polygons a geometry of the host's holds (a common footprint may come as a collection), drawn truly. */
export function polygonsOf(g: Geometry | null | undefined): MultiPolygon | null {
  if (!g) return null;
  if (g.type === "GeometryCollection") {
    const all = g.geometries.flatMap((one) => polygonsOf(one)?.coordinates ?? []);
    return all.length ? { type: "MultiPolygon", coordinates: all } : null;
  }
  if (g.type !== "Polygon" && g.type !== "MultiPolygon") return null;
  const drawn = outline({ footprint: g });
  if (!drawn) return null;
  return drawn.type === "Polygon" ? { type: "MultiPolygon", coordinates: [drawn.coordinates] } : drawn;
}

/** The shape of a thing of the agreement, whichever of its two forms it comes in. */
export function shapeOf(area: AgreedArea | FootprintGeometry): Shape {
  return "footprint" in area ? area : { footprint: area };
}

export function volumeShape(v: Volume): Shape {
  return { footprint: v.footprint, radius_m: v.radius_m ?? null, half_width_m: v.half_width_m ?? null };
}

function positions(g: Geometry): Position[] {
  switch (g.type) {
    case "Point":
      return [g.coordinates];
    case "LineString":
    case "MultiPoint":
      return g.coordinates;
    case "Polygon":
    case "MultiLineString":
      return g.coordinates.flat();
    case "MultiPolygon":
      return g.coordinates.flat(2);
    case "GeometryCollection":
      return g.geometries.flatMap(positions);
  }
}

export type Bounds = [west: number, south: number, east: number, north: number];

/** The box round some geometries, east of west even across the antimeridian; null when there are none. */
export function bounds(geometries: readonly Geometry[]): Bounds | null {
  const all = geometries.flatMap(positions);
  if (all.length === 0) return null;
  const near = all[0]![0]!;
  const box: Bounds = [Infinity, 90, -Infinity, -90];
  for (const [lon, lat] of all as LonLat[]) {
    // Rings are already continuous; only whole geometries may lie a turn apart.
    const x = Math.abs(lon - near) > 270 ? unwrapLon(lon, near) : lon;
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

/** Where a label stands: the top middle of the shape, so that it does not hide what is inside. */
export function labelPoint(g: Geometry): LonLat | null {
  const box = bounds([g]);
  if (!box) return null;
  if (g.type === "LineString") return g.coordinates[Math.floor(g.coordinates.length / 2)] as LonLat;
  return [(box[0] + box[2]) / 2, box[3]];
}
