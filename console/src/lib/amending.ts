/** An amendment by hand: a notice as it stands, put back into the form, and the fields that have changed since. */
import type { Notice, NoticeBody, Volume } from "./api";
import { formatLength, formatPositions, type LonLat } from "./coordinates";
import type { Draft } from "./draft";
import { formatForField } from "./instants";

const FIELDS = ["activity", "envelope", "title", "place", "purpose", "remarks", "read_back"] as const;
type Field = (typeof FIELDS)[number];

/** The footprint as the form has it; null for one that the form cannot hold: holes, several parts. */
function shapeOf(volume: Volume): Pick<Draft, "shape" | "points" | "radius" | "halfWidth"> | null {
  const { footprint } = volume;
  const radius = formatLength(volume.radius_m ?? 5000);
  const halfWidth = formatLength(volume.half_width_m ?? 2000);
  if (footprint.type === "Point") return { shape: "disc", points: formatPositions([footprint.coordinates as LonLat]), radius, halfWidth };
  if (footprint.type === "LineString") return { shape: "corridor", points: formatPositions(footprint.coordinates as LonLat[]), radius, halfWidth };
  if (footprint.type !== "Polygon" || footprint.coordinates.length !== 1) return null;
  return { shape: "polygon", points: formatPositions(footprint.coordinates[0]!.slice(0, -1) as LonLat[]), radius, halfWidth };
}

/** The form filled from a notice, which goes to every other party (`others`) where it names nobody; null when the form cannot hold it (several volumes, a trajectory, a place by bearing). */
export function draftOf(notice: Notice, others: readonly string[]): Draft | null {
  const volume = Array.isArray(notice.envelope) && notice.envelope.length === 1 ? notice.envelope[0]! : null;
  const shape = volume && shapeOf(volume);
  if (!volume || !shape || notice.place?.bearing) return null;
  return {
    ...shape,
    activity: notice.activity as Draft["activity"], title: notice.title ?? "", floor: volume.floor, ceiling: volume.ceiling,
    start: formatForField(Date.parse(volume.start)), end: formatForField(Date.parse(volume.end)),
    place: notice.place?.region ?? notice.place?.name ?? "", withinKm: String(notice.place?.within_km ?? ""),
    to: notice.to.length > 0 ? [...notice.to] : [...others], precedence: notice.precedence, purpose: notice.purpose ?? "", remarks: notice.remarks ?? "",
    readBack: notice.read_back ?? false,
  };
}

/** The volume with what was changed in the form, and all else exactly as it was: the form shows rounded figures. */
function volumeAfter(stands: Volume, before: Volume, after: Volume): Volume {
  const isKept = (key: keyof Volume): boolean => JSON.stringify(before[key]) === JSON.stringify(after[key]);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Volume)[];
  const picked = keys.map((key) => [key, (isKept(key) ? stands : after)[key]]).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(picked) as unknown as Volume;
}

/** The fields that an amendment changes, of the form as it was filled and as it is now; null takes a field away. */
export function changesOf(notice: Notice, before: NoticeBody, after: NoticeBody): Record<string, unknown> {
  const was = before as Partial<Record<Field, unknown>>;
  const is = after as Partial<Record<Field, unknown>>;
  const changed = FIELDS.filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]));
  const value = (field: Field): unknown =>
    field === "envelope" ? [volumeAfter(only(notice.envelope), only(before.envelope), only(after.envelope))] : (is[field] ?? null);
  return Object.fromEntries(changed.map((field) => [field, value(field)]));
}

function only(envelope: Notice["envelope"] | undefined): Volume {
  return (envelope as Volume[])[0]!;
}
