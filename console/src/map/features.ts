/** What the map draws, worked out from what the desk knows. Pure: the map only shows it. */
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import type { Alert, MechanismInfo, Notice } from "../lib/api";
import { formatLength, type LonLat } from "../lib/coordinates";
import { nearest } from "../lib/nearest";
import { lookOf, type PartyLook } from "../lib/parties";
import { labelPoint, outline, polygonsOf, shapeOf, trajectoryLine, volumeShape } from "../lib/shapes";
import { isOver, noticeTitle } from "../lib/words";

export interface Label {
  id: string;
  at: LonLat;
  text: string;
  kind: "notice" | "conflict" | "place" | "zone" | "region" | "force" | "area";
  colour: string | null;
  letter: string | null;
  about: string | null;
  faint: boolean;
}

export interface Drawn {
  features: FeatureCollection;
  labels: Label[];
}

interface Span {
  start: number;
  end: number;
}

function spanOf(start: string | null, end: string | null): Span | null {
  return start && end ? { start: Date.parse(start), end: Date.parse(end) } : null;
}

/** Live at a moment: windows are half-open, as everywhere. */
export function isLiveAt(span: Span | null, ms: number): boolean {
  return span !== null && span.start <= ms && ms < span.end;
}

const feature = (geometry: Geometry, properties: Record<string, unknown>): Feature => ({
  type: "Feature", geometry, properties,
});

type Piece = { geometry: Geometry; span: Span | null; lateral_m: number };

/** Each volume (or the one trajectory) of a notice, as it is drawn. */
export function pieces(notice: Notice): Piece[] {
  const e = notice.envelope;
  if (!e) return [];
  if (!Array.isArray(e)) {
    return [{ geometry: trajectoryLine(e), span: spanOf(notice.start, notice.end), lateral_m: e.lateral_m }];
  }
  return e.flatMap((v) => {
    const geometry = outline(volumeShape(v));
    return geometry ? [{ geometry, span: spanOf(v.start, v.end), lateral_m: 0 }] : [];
  });
}

/** Drawing a shape anew for every tick of the slider would be waste: a version of a notice is drawn once. */
const drawnBefore = new WeakMap<Notice, Piece[]>();

function piecesOnce(notice: Notice): Piece[] {
  const known = drawnBefore.get(notice);
  if (known) return known;
  const made = pieces(notice);
  drawnBefore.set(notice, made);
  return made;
}

/** The line's width in pixels at zoom 0 for a band of `2 × lateral_m`; it doubles with every zoom (tiles of 512 px). */
export function widthAtZoom0(lateral_m: number, lat: number): number {
  const metresPerPixel = (40_075_016.686 * Math.cos((lat * Math.PI) / 180)) / 512;
  return (2 * lateral_m) / metresPerPixel;
}

function middleLat(g: Geometry): number {
  if (g.type !== "LineString") return 0;
  return (g.coordinates[Math.floor(g.coordinates.length / 2)] as Position)[1]!;
}

/** Envelopes of the notices that are not over, those live at the moment drawn full and the others faint. */
export function noticeFeatures(
  notices: readonly Notice[], looks: ReadonlyMap<string, PartyLook>, selected: string | null, atMs: number,
): Drawn {
  const features: Feature[] = [];
  const labels: Label[] = [];
  for (const notice of notices) {
    if (isOver(notice.state) && notice.id !== selected) continue;
    const look = lookOf(looks, notice.party);
    const parts = piecesOnce(notice);
    const anyLive = parts.some((p) => isLiveAt(p.span, atMs));
    for (const { geometry, span, lateral_m } of parts) {
      const line = geometry.type === "LineString";
      features.push(feature(geometry, {
        about: notice.id, colour: look.colour, hatch: `hatch-${look.hatch}-${look.colour}`, live: isLiveAt(span, atMs),
        selected: notice.id === selected, exercise: notice.mode === "exercise", line,
        width0: line ? widthAtZoom0(lateral_m, middleLat(geometry)) : 0,
      }));
    }
    const at = parts[0] && labelPoint(parts[0].geometry);
    if (at) {
      const text = (notice.mode === "exercise" ? "EXERCISE · " : "") + noticeTitle(notice);
      labels.push({ id: notice.id, at, text, kind: "notice", colour: look.colour, letter: look.letter, about: notice.id, faint: !anyLive && notice.id !== selected });
    }
  }
  return { features: { type: "FeatureCollection", features }, labels };
}

/** Where a conflict without a common footprint shows: the shortest line between the two, or our own outline alone. */
function apart(alert: Alert, known: ReadonlyMap<string, Notice>): { geometry: Geometry; kind: "link" | "edge" } | null {
  const shapes = alert.about.flatMap((id) => {
    const notice = known.get(id);
    return notice ? [piecesOnce(notice).map((p) => p.geometry)] : [];
  });
  const [one, other] = shapes.map((geometries): Geometry => ({ type: "GeometryCollection", geometries }));
  if (one && other) {
    const ends = nearest(one, other);
    return ends && { kind: "link", geometry: { type: "LineString", coordinates: ends } };
  }
  return one ? { kind: "edge", geometry: one } : null;
}

/**
 * Every open conflict: its common footprint, or, when envelopes are only nearer than the rules keep them, the gap between
 * them. `MARGINAL` neighbours are listed by the host but raise no alert.
 */
export function conflictFeatures(alerts: readonly Alert[], selected: string | null, known: ReadonlyMap<string, Notice>): Drawn {
  const features: Feature[] = [];
  const labels: Label[] = [];
  for (const alert of alerts) {
    if (alert.cleared_at !== null || alert.code !== "CONFLICT_4D") continue;
    const overlap = polygonsOf(alert.detail.overlap);
    const drawn = overlap ? { geometry: overlap, kind: "area" } : apart(alert, known);
    if (!drawn) continue;
    const parts = drawn.geometry.type === "GeometryCollection" ? drawn.geometry.geometries : [drawn.geometry];
    for (const part of parts) features.push(feature(part, { about: alert.id, selected: alert.id === selected, kind: drawn.kind }));
    const at = drawn.geometry.type === "LineString" ? middle(drawn.geometry.coordinates) : labelPoint(drawn.geometry);
    const gap = drawn.kind === "link" && alert.detail.lateral_gap_m ? ` · ${formatLength(alert.detail.lateral_gap_m)} apart` : "";
    if (at) labels.push({ id: alert.id, at, text: `CONFLICT${gap}`, kind: "conflict", colour: null, letter: null, about: alert.id, faint: false });
  }
  return { features: { type: "FeatureCollection", features }, labels };
}

function middle([a, b]: Position[]): LonLat | null {
  return a && b ? [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2] : null;
}

/** What the agreement draws: its area, zones, regions, third forces and places. */
export function agreementFeatures(m: MechanismInfo): Drawn {
  const features: Feature[] = [];
  const labels: Label[] = [];
  const add = (kind: Label["kind"], id: string, text: string, shape: Parameters<typeof shapeOf>[0]): void => {
    const geometry = outline(shapeOf(shape));
    if (!geometry) return;
    features.push(feature(geometry, { kind, id }));
    const at = labelPoint(geometry);
    if (at && text) labels.push({ id: `${kind}:${id}`, at, text, kind, colour: null, letter: null, about: null, faint: true });
  };
  if (m.area) add("area", "area", "", m.area);
  for (const z of m.zones) add("zone", z.id ?? z.name ?? "zone", `${z.name ?? z.id ?? ""} · ${z.floor ?? ""}–${z.ceiling ?? ""}`, z);
  for (const f of m.third_forces) add("force", f.name ?? "force", f.name ?? "", f);
  for (const p of [...m.places, ...(m.regions ?? [])]) {
    if ("footprint" in p) {
      add("region", p.region ?? p.name ?? "region", p.region ?? p.name ?? "", p);
      continue;
    }
    features.push(feature({ type: "Point", coordinates: [p.lon, p.lat] }, { kind: "place", id: p.name }));
    labels.push({ id: `place:${p.name}`, at: [p.lon, p.lat], text: p.name, kind: "place", colour: null, letter: null, about: null, faint: true });
  }
  return { features: { type: "FeatureCollection", features }, labels };
}

/** Meridians and parallels. Every ten degrees is enough to read a position off at the scale of a region. */
export function graticule(stepDeg: number): FeatureCollection {
  const lines: Position[][] = [];
  for (let lon = -180; lon <= 180; lon += stepDeg) lines.push([[lon, -85], [lon, 85]]);
  for (let lat = -80; lat <= 80; lat += stepDeg) lines.push([[-180, lat], [180, lat]]);
  return { type: "FeatureCollection", features: [feature({ type: "MultiLineString", coordinates: lines }, {})] };
}
