/** A read-back: what was heard, exactly as typed; the host understands any notation and compares. */
import type { AckLevel, Grade, Notice, Volume } from "./api";
import { parseLength } from "./coordinates";

export type ShapeHeard = "disc" | "corridor" | "polygon";

/** One volume as it is being typed; an empty field was not read back and is not compared. */
export interface HeardDraft {
  shape: ShapeHeard;
  positions: string;
  size: string;
  floor: string;
  ceiling: string;
  start: string;
  end: string;
}

export type HeardField = Exclude<keyof HeardDraft, "shape">;

export interface ReadBackBody {
  envelope: Record<string, unknown>[];
}

function shapeOf(volume: Volume): ShapeHeard {
  if (volume.footprint.type === "Point") return "disc";
  return volume.footprint.type === "LineString" ? "corridor" : "polygon";
}

/** A blank form for each volume of the notice: only what kind of shape it is stands in it. */
export function blanks(notice: Notice): HeardDraft[] {
  const volumes = Array.isArray(notice.envelope) ? notice.envelope : [];
  return volumes.map((v) => ({ shape: shapeOf(v), positions: "", size: "", floor: "", ceiling: "", start: "", end: "" }));
}

function footprint(draft: HeardDraft): Record<string, unknown> | null {
  const parts = draft.positions
    .split(/\n\s*\n/)
    .map((part) => part.split("\n").map((line) => line.trim()).filter(Boolean))
    .filter((part) => part.length > 0);
  const [first] = parts;
  if (!first) return null;
  if (draft.shape === "disc") return { type: "Point", coordinates: first[0] };
  if (draft.shape === "corridor") return { type: "LineString", coordinates: parts.flat() };
  return parts.length === 1 ? { type: "Polygon", coordinates: first } : { type: "MultiPolygon", coordinates: parts };
}

/** The body to send; problems by `index.field` where something cannot be a length, or nothing was typed at all. */
export function readBackOf(drafts: readonly HeardDraft[]): { body: ReadBackBody | null; problems: Record<string, string> } {
  const problems: Record<string, string> = {};
  const envelope = drafts.map((draft, i) => {
    const volume: Record<string, unknown> = {};
    const shape = footprint(draft);
    if (shape) volume["footprint"] = shape;
    if (draft.shape === "disc" && draft.positions.trim().includes("\n")) problems[`${i}.positions`] = "A disc has one position, its centre.";
    if (draft.size.trim() && draft.shape !== "polygon") {
      const metres = parseLength(draft.size);
      if (metres === null) problems[`${i}.size`] = `«${draft.size}» is no length over 0: write 5000 m, 5 km or 2.5 NM.`;
      else volume[draft.shape === "disc" ? "radius_m" : "half_width_m"] = metres;
    }
    for (const key of ["floor", "ceiling", "start", "end"] as const) if (draft[key].trim()) volume[key] = draft[key].trim();
    if (Object.keys(volume).length === 0 && !problems[`${i}.size`]) problems[`${i}.positions`] = "Type what you heard of this part.";
    return volume;
  });
  return { body: Object.keys(problems).length === 0 && envelope.length > 0 ? { envelope } : null, problems };
}

/** At which field of the form a refusal of the host belongs; null: at none of them. */
export function fieldOfRefusal(field: string | undefined): string | null {
  const m = /read_back\.envelope\[(\d+)\](?:\.(\w+))?/.exec(field ?? "");
  if (!m) return null;
  const named: Record<string, HeardField> = { footprint: "positions", radius_m: "size", half_width_m: "size" };
  return `${m[1]}.${named[m[2] ?? "footprint"] ?? m[2]}`;
}

/** The grade that goes with a read-back: it says nothing of understanding that was not said before. */
export function levelFor(grade: Grade): AckLevel {
  return grade === "undelivered" || grade === "delivered" ? "person" : grade;
}

/** One thing that was heard otherwise than it was said. */
export interface Mismatch {
  field: string;
  said: string;
  heard: string;
  difference: number | null;
  unit: string | null;
}

/** The rows of a READBACK_MISMATCH alert; nothing of any other shape. */
export function mismatchesOf(detail: Record<string, unknown>): Mismatch[] {
  const rows = detail["mismatches"];
  return Array.isArray(rows) ? (rows as Mismatch[]) : [];
}

/** `envelope[1].footprint.coordinates[0][2]` → `part 2, position 3`. */
export function fieldInWords(field: string): string {
  const part = /envelope\[(\d+)\]/.exec(field);
  const which = part ? `part ${Number(part[1]) + 1}` : "";
  const rest = field.replace(/^.*envelope(\[\d+\])?\.?/, "");
  const last = [...rest.matchAll(/\[(\d+)\]/g)].at(-1);
  const names: Record<string, string> = { radius_m: "radius", half_width_m: "half-width" };
  const what = rest.startsWith("footprint") ? (last ? `position ${Number(last[1]) + 1}` : "position") : (names[rest] ?? rest.replaceAll("_", " "));
  return [which, what].filter(Boolean).join(", ") || field;
}

/** `6,000 m apart`. */
export function differenceInWords({ difference, unit }: Mismatch): string {
  if (difference === null || difference === undefined) return "";
  const figure = difference >= 10 ? Math.round(difference).toLocaleString("en") : String(Number(difference.toPrecision(2)));
  return `${figure} ${unit ?? ""}`.trim();
}
