/** Land, borders and coasts from the host's own copy of Natural Earth: nothing is fetched from anywhere else. */
import type { FeatureCollection, Position } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

export interface Basemap {
  land: FeatureCollection;
  borders: FeatureCollection;
  coasts: FeatureCollection;
}

const asCollection = (lines: Position[][]): FeatureCollection => ({
  type: "FeatureCollection",
  features: [{ type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } }],
});

const onSeam = (p: Position): boolean => Math.abs(Math.abs(p[0]!) - 180) < 1e-6;

/** The parts of a line that are not the cut which the data makes at the antimeridian. */
export function withoutSeam(line: Position[]): Position[][] {
  const parts: Position[][] = [];
  let part: Position[] = [];
  for (const [i, p] of line.entries()) {
    const before = line[i - 1];
    if (before && onSeam(p) && onSeam(before)) {
      if (part.length > 1) parts.push(part);
      part = [p];
    } else part.push(p);
  }
  if (part.length > 1) parts.push(part);
  return parts;
}

export async function loadBasemap(url = "/atlas/countries-50m.json"): Promise<Basemap> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const world = (await response.json()) as World;
  const { countries, land } = world.objects;
  return {
    land: feature(world, land) as FeatureCollection,
    borders: asCollection(mesh(world, countries, (a, b) => a !== b).coordinates),
    coasts: asCollection(mesh(world, countries, (a, b) => a === b).coordinates.flatMap(withoutSeam)),
  };
}
