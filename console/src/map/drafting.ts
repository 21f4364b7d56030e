/** The draft on the map: what it looks like, and how clicks, moves and drags become points. */
import type { Feature, FeatureCollection } from "geojson";
import type { Map, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import type { Alert, Notice } from "../lib/api";
import { type LonLat, parseLength, parsePositions } from "../lib/coordinates";
import { type Draft, footprintOf } from "../lib/draft";
import { type Drawing, sketch } from "../lib/drawing";
import { nearest } from "../lib/nearest";
import { outline, polygonsOf, unwrap, unwrapLon } from "../lib/shapes";
import { pieces } from "./features";

const REACH_PX = 12;

const feature = (kind: string, geometry: Feature["geometry"]): Feature => ({ type: "Feature", geometry, properties: { kind } });

function areaOf(draft: Draft, points: LonLat[], radius_m: number | null): Feature[] {
  const text = points.map(([lon, lat]) => `${lat}, ${((lon + 540) % 360) - 180}`).join("\n");
  const radius = radius_m ? String(radius_m) : draft.radius;
  if (radius_m === null && draft.shape === "disc" && parseLength(draft.radius) === null) return [];
  const shape = footprintOf({ ...draft, points: text, radius });
  const drawn = shape && outline(shape);
  return drawn ? [feature("area", drawn)] : [];
}

/** The shortest line from a known notice to the draft: they clash without overlapping, being nearer than the rules keep them. */
function gapTo(notice: Notice | undefined, area: Feature["geometry"] | undefined): Feature[] {
  if (!notice || !area) return [];
  const ends = nearest(area, { type: "GeometryCollection", geometries: pieces(notice).map((p) => p.geometry) });
  return ends ? [feature("clash-gap", { type: "LineString", coordinates: ends })] : [];
}

/** The draft as features: its area as soon as it has one, its points, its clashes with what is already announced. */
export function draftFeatures(
  draft: Draft, drawing: Drawing | null, clashes: readonly Alert[], known: ReadonlyMap<string, Notice>,
): FeatureCollection {
  const { points, radius_m } = drawing ? sketch(drawing) : { points: parsePositions(draft.points).points, radius_m: null };
  const shown = drawing && drawing.kind === "disc" && radius_m === null ? [] : areaOf(draft, points, radius_m);
  const line = points.length > 1 && draft.shape !== "polygon" ? [feature("line", { type: "LineString", coordinates: unwrap(points) })] : [];
  const open = points.length === 2 && draft.shape === "polygon" ? [feature("line", { type: "LineString", coordinates: unwrap(points) })] : [];
  const area = shown[0]?.geometry;
  const overlaps = clashes.flatMap((alert) => {
    const geometry = polygonsOf(alert.detail.overlap);
    return geometry ? [feature("clash", geometry)] : alert.about.flatMap((id) => gapTo(known.get(id), area));
  });
  const dots = points.map((p) => feature("point", { type: "Point", coordinates: p }));
  return { type: "FeatureCollection", features: [...shown, ...overlaps, ...line, ...open, ...dots] };
}

export interface DraftingHandlers {
  /** The drawing under way, or null when none is: then points may be dragged. */
  drawing(): Drawing | null;
  /** The finished draft's points, for dragging; empty when no form is open. */
  points(): LonLat[];
  onClick(at: LonLat, nearFirst: boolean): void;
  onMove(at: LonLat): void;
  onFinish(): void;
  onDrag(index: number, to: LonLat): void;
}

const at = (event: MapMouseEvent | MapTouchEvent): LonLat => [event.lngLat.lng, event.lngLat.lat];

function near(map: Map, event: MapMouseEvent, point: LonLat): boolean {
  return map.project([unwrapLon(point[0], map.getCenter().lng), point[1]]).dist(event.point) <= REACH_PX;
}

/** Connects a map to the drawing. Clicks that draw are not also clicks that select: see `drawing()`. */
export function attachDrafting(map: Map, handlers: DraftingHandlers): void {
  map.on("click", (event) => {
    const drawing = handlers.drawing();
    if (!drawing) return;
    const first = drawing.points[0];
    handlers.onClick(at(event), first !== undefined && near(map, event, first));
  });
  map.on("mousemove", (event) => {
    if (handlers.drawing()) handlers.onMove(at(event));
  });
  map.on("dblclick", (event) => {
    if (!handlers.drawing()) return;
    event.preventDefault(); // not a zoom
    handlers.onFinish();
  });
  map.on("mousedown", (event) => {
    if (handlers.drawing()) return;
    const index = handlers.points().findIndex((p) => near(map, event, p));
    if (index < 0) return;
    event.preventDefault(); // not a pan
    const move = (e: MapMouseEvent): void => handlers.onDrag(index, at(e));
    map.on("mousemove", move);
    map.once("mouseup", () => map.off("mousemove", move));
  });
}
