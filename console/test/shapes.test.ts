import { describe, expect, it } from "vitest";
import type { Position } from "geojson";
import { inverse } from "../src/lib/geodesy";
import { bounds, capsuleRing, corridor, densify, discRing, outline, polygonsOf, unwrap } from "../src/lib/shapes";

const span = (ring: Position[]): number => Math.max(...ring.map((p) => p[0]!)) - Math.min(...ring.map((p) => p[0]!));
const steps = (ring: Position[]): number[] => ring.slice(1).map((p, i) => Math.abs(p[0]! - ring[i]![0]!));

function inside([x, y]: [number, number], ring: Position[]): boolean {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [a, b] = [ring[i]!, ring[j]!];
    if (a[1]! > y !== b[1]! > y && x < ((b[0]! - a[0]!) * (y - a[1]!)) / (b[1]! - a[1]!) + a[0]!) odd = !odd;
  }
  return odd;
}

describe("discs", () => {
  it.each([[36, 33], [179.99, 65], [10, -82]] as [number, number][])("every point of the edge at %d, %d is one radius away", (lon, lat) => {
    for (const p of discRing([lon, lat], 30_000)) expect(inverse([lon, lat], [p[0], p[1]]).distance_m).toBeCloseTo(30_000, 2);
  });

  it("runs over the antimeridian without a jump", () => {
    const ring = discRing([179.9, 10], 50_000);
    expect(Math.max(...steps(ring))).toBeLessThan(1);
    expect(Math.max(...ring.map((p) => p[0]))).toBeGreaterThan(180);
  });

  it("round a pole is closed over the pole", () => {
    const ring = discRing([20, 89.9], 100_000);
    expect(Math.max(...ring.map((p) => p[1]))).toBe(90);
    expect(ring[0]).toEqual(ring.at(-1));
    expect(span(ring)).toBeCloseTo(360, 6);
  });
});

describe("edges", () => {
  it("follow the geodesic, which at 60 north bows well away from the parallel", () => {
    const line = densify([[0, 60], [40, 60]]);
    expect(Math.max(...line.map((p) => p[1]))).toBeGreaterThan(61.5);
    for (let i = 1; i < line.length; i++) expect(inverse(line[i - 1]!, line[i]!).distance_m).toBeLessThan(20_001);
  });

  it("keep the points that were given", () => {
    const given: [number, number][] = [[36, 33], [38, 34], [37, 36]];
    const line = densify(given);
    for (const p of given) expect(line).toContainEqual(p);
  });

  it("take the short way round at the antimeridian", () => {
    expect(unwrap([[179, 0], [-179, 0], [-178, 1], [179, 2]])).toEqual([[179, 0], [181, 0], [182, 1], [179, 2]]);
    const drawn = outline({ footprint: { type: "Polygon", coordinates: [[[179, 0], [-179, 0], [-179, 2], [179, 2], [179, 0]]] } });
    expect(bounds([drawn!])?.[0]).toBeCloseTo(179, 6);
    expect(bounds([drawn!])?.[2]).toBeCloseTo(181, 6);
  });

  it("of holes stay on the sheet of their polygon", () => {
    const rings = [[[178, 0], [-178, 0], [-178, 4], [178, 4], [178, 0]], [[-179.5, 1], [-179, 1], [-179, 2], [-179.5, 2], [-179.5, 1]]];
    const drawn = outline({ footprint: { type: "Polygon", coordinates: rings } });
    expect(drawn?.type === "Polygon" && drawn.coordinates[1]!.every((p) => p[0]! > 180)).toBe(true);
  });
});

describe("corridors", () => {
  it("one leg: every point of the outline is at least the half-width from both ends, and exactly it at the caps", () => {
    const [from, to]: [number, number][] = [[36, 33], [36.6, 33.4]] as [number, number][];
    const ring = capsuleRing(from!, to!, 5_000);
    const nearest = ring.map((p) => Math.min(inverse(p, from!).distance_m, inverse(p, to!).distance_m));
    expect(Math.min(...nearest)).toBeGreaterThan(4_999.99);
    expect(nearest.filter((d) => Math.abs(d - 5_000) < 0.01).length).toBeGreaterThan(40);
  });

  it("legs are joined into one outline that covers the bend", () => {
    const line: [number, number][] = [[36, 33], [36.5, 33], [36.5, 33.5]];
    const joined = corridor(line, 5_000);
    expect(joined.coordinates).toHaveLength(1);
    const ring = joined.coordinates[0]![0]!;
    for (const p of line) expect(inside(p, ring)).toBe(true);
    expect(inside([36.53, 32.97], ring)).toBe(true); // the round outside of the bend
    expect(inside([36.3, 33.3], ring)).toBe(false);
  });

  it("that closes on itself keeps its hole", () => {
    const loop = corridor([[36, 33], [36.5, 33], [36.5, 33.5], [36, 33.5], [36, 33]], 3_000);
    expect(loop.coordinates.flatMap((rings) => rings).length).toBe(2);
  });

  it("without a width has no outline", () => {
    expect(outline({ footprint: { type: "LineString", coordinates: [[0, 0], [1, 1]] } })).toBeNull();
    expect(outline({ footprint: { type: "Point", coordinates: [0, 0] } })).toBeNull();
  });
});

describe("polygonsOf", () => {
  it("finds the areas in a collection and leaves lines out", () => {
    const area = { type: "Polygon" as const, coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] };
    const line = { type: "LineString" as const, coordinates: [[0, 0], [1, 1]] };
    expect(polygonsOf({ type: "GeometryCollection", geometries: [area, line] })?.coordinates).toHaveLength(1);
    expect(polygonsOf(line)).toBeNull();
    expect(polygonsOf(null)).toBeNull();
  });
});
