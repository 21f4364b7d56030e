/** A notice as it stands in the form: text, exactly as typed or drawn, and what can be made of it. */
import type { Activity, FootprintGeometry, Mode, NoticeBody, PlaceClaim, Precedence, Volume } from "./api";
import { altitudeProblem, formatAltitude, isUpsideDown, parseAltitude } from "./altitude";
import { type LonLat, parseLength, parsePositions } from "./coordinates";
import { formatForField, formatInstant, HOUR, MINUTE, parseInstant, roundUp } from "./instants";

export type ShapeKind = "polygon" | "disc" | "corridor";

export interface Draft {
  activity: Activity;
  title: string;
  shape: ShapeKind;
  points: string;
  radius: string;
  halfWidth: string;
  floor: string;
  ceiling: string;
  start: string;
  end: string;
  place: string;
  withinKm: string;
  to: string[];
  precedence: Precedence;
  purpose: string;
  remarks: string;
  readBack: boolean;
}

export type DraftField = keyof Draft;
export type Problems = Partial<Record<DraftField | "form", string>>;

/** A fresh form: two hours ahead, so that the notice is not late, and for an hour. Heights are for the officer to say. */
export function emptyDraft(nowMs: number, to: string[]): Draft {
  const start = roundUp(nowMs + 2 * HOUR, 15 * MINUTE);
  return {
    activity: "fixed_wing", title: "", shape: "polygon", points: "", radius: "5 km", halfWidth: "2 km",
    floor: "", ceiling: "", start: formatForField(start), end: formatForField(start + HOUR), place: "", withinKm: "",
    to, precedence: "ROUTINE", purpose: "", remarks: "", readBack: false,
  };
}

const NEEDED: Record<ShapeKind, { points: number; sentence: string }> = {
  polygon: { points: 3, sentence: "An area needs at least three points, one a line." },
  disc: { points: 1, sentence: "A disc needs one point, its centre." },
  corridor: { points: 2, sentence: "A corridor needs at least two points, one a line." },
};

function pointsOf(draft: Draft, problems: Problems): LonLat[] | null {
  const { points, bad } = parsePositions(draft.points);
  const needed = NEEDED[draft.shape];
  if (bad !== null) {
    problems.points = `Line ${bad} is no position: write latitude, longitude, as in 33.5, 36.3 or 33°30′N 036°18′E.`;
  } else if (points.length < needed.points || (draft.shape === "disc" && points.length !== 1)) {
    problems.points = needed.sentence;
  } else return points;
  return null;
}

function lengthOf(draft: Draft, field: "radius" | "halfWidth", problems: Problems): number | null {
  const metres = parseLength(draft[field]);
  if (metres === null) problems[field] = `«${draft[field]}» is no length over 0: write 5000 m, 5 km or 2.5 NM.`;
  return metres;
}

/** The footprint alone, for the map, as soon as it can be drawn. */
export function footprintOf(
  draft: Draft,
  problems: Problems = {},
): { footprint: FootprintGeometry; radius_m?: number; half_width_m?: number } | null {
  const points = pointsOf(draft, problems);
  if (draft.shape === "polygon") {
    return points && { footprint: { type: "Polygon", coordinates: [[...points, points[0]!]] } };
  }
  if (draft.shape === "disc") {
    const radius_m = lengthOf(draft, "radius", problems);
    return points && radius_m !== null ? { footprint: { type: "Point", coordinates: points[0]! }, radius_m } : null;
  }
  const half_width_m = lengthOf(draft, "halfWidth", problems);
  return points && half_width_m !== null
    ? { footprint: { type: "LineString", coordinates: points }, half_width_m }
    : null;
}

function heights(draft: Draft, problems: Problems): { floor: string; ceiling: string } | null {
  for (const field of ["floor", "ceiling"] as const) {
    const problem = altitudeProblem(draft[field]);
    if (problem) problems[field] = problem;
  }
  const [floor, ceiling] = [parseAltitude(draft.floor), parseAltitude(draft.ceiling)];
  if (!floor || !ceiling) return null;
  if (isUpsideDown(floor, ceiling)) {
    problems.ceiling = "The ceiling must lie above the floor.";
    return null;
  }
  return { floor: formatAltitude(floor), ceiling: formatAltitude(ceiling) };
}

function window(draft: Draft, problems: Problems): { start: string; end: string } | null {
  const at = { start: parseInstant(draft.start), end: parseInstant(draft.end) };
  for (const field of ["start", "end"] as const) {
    if (at[field] === null) problems[field] = "Write the UTC time as 2026-04-09 13:40 or 091340ZAPR26.";
  }
  if (at.start === null || at.end === null) return null;
  if (at.end <= at.start) {
    problems.end = "The end must come after the start.";
    return null;
  }
  return { start: formatInstant(at.start), end: formatInstant(at.end) };
}

function placeOf(draft: Draft, regions: ReadonlySet<string>, problems: Problems): PlaceClaim | undefined {
  const name = draft.place.trim();
  if (name === "") return undefined;
  if (regions.has(name)) return { region: name };
  const within_km = Number(draft.withinKm);
  if (draft.withinKm.trim() === "" || !(within_km >= 0)) {
    problems.withinKm = `Within how many kilometres of ${name}?`;
    return undefined;
  }
  return { name, within_km };
}

/** The body of the notice, or what stands in its way, field by field, all at once. */
export function bodyOf(
  draft: Draft,
  regions: ReadonlySet<string> = new Set(),
): { body: NoticeBody | null; problems: Problems } {
  const problems: Problems = {};
  const footprint = footprintOf(draft, problems);
  const band = heights(draft, problems);
  const when = window(draft, problems);
  const place = placeOf(draft, regions, problems);
  if (draft.to.length === 0) problems.to = "Choose at least one addressee.";
  if (!footprint || !band || !when || Object.keys(problems).length > 0) return { body: null, problems };
  const volume: Volume = { ...footprint, ...band, ...when };
  const body: NoticeBody = { activity: draft.activity, envelope: [volume] };
  if (draft.title.trim()) body.title = draft.title.trim();
  if (place) body.place = place;
  if (draft.purpose.trim()) body.purpose = draft.purpose.trim();
  if (draft.remarks.trim()) body.remarks = draft.remarks.trim();
  if (draft.readBack) body.read_back = true;
  return { body, problems };
}

const SERVER_FIELDS: [RegExp, DraftField][] = [
  [/(^|\.)radius_m$/, "radius"],
  [/(^|\.)half_width_m$/, "halfWidth"],
  [/(^|\.)floor$/, "floor"],
  [/(^|\.)ceiling$/, "ceiling"],
  [/(^|\.)start$/, "start"],
  [/(^|\.)end$/, "end"],
  [/(^|\.)envelope\b/, "points"],
  [/(^|\.)place\.within_km$/, "withinKm"],
  [/(^|\.)place\b/, "place"],
  [/(^|\.)read_back$/, "readBack"],
  [/^to\b/, "to"],
];

/** The field of the form that a field of the statement was made from: where a refusal is shown. */
export function fieldFor(serverField: string | undefined): DraftField | "form" {
  if (!serverField) return "form";
  const plain = /(?:^|\.)(activity|title|purpose|remarks|precedence)$/.exec(serverField);
  if (plain) return plain[1] as DraftField;
  return SERVER_FIELDS.find(([pattern]) => pattern.test(serverField))?.[1] ?? "form";
}

/** The envelope round the body. Addressees are always named: the officer has seen whom it goes to. */
export function noticeStatement(
  id: string,
  draft: Draft,
  body: NoticeBody,
  who: { mechanism: string; desk: string; mode: Mode },
): { id: string; mechanism: string; type: string; from: string; precedence: Precedence; to: string[]; refs: string[]; mode: Mode; body: Record<string, unknown> } {
  return {
    id, mechanism: who.mechanism, type: "notice", from: who.desk, precedence: draft.precedence, to: draft.to, refs: [],
    mode: who.mode, body: { ...body },
  };
}
