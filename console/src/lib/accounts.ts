/** One side's version of an incident: facts as they are typed, and as they are said; and where two versions differ. */
import type { Alert } from "./api";
import { formatDecimal, type LonLat, parsePosition } from "./coordinates";
import { formatDay, formatInstant, formatTime, parseInstant } from "./instants";

export const FACT_KINDS = ["time", "position", "number", "text"] as const;
export type FactKind = (typeof FACT_KINDS)[number];

export interface FactDraft {
  name: string;
  kind: FactKind;
  value: string;
}

/** What an inquiry asks of every incident first. */
export function firstFacts(): FactDraft[] {
  return [
    { name: "when", kind: "time", value: "" },
    { name: "where", kind: "position", value: "" },
    { name: "what", kind: "text", value: "" },
  ];
}

const EXPECTED: Record<FactKind, string> = {
  time: "a UTC time as 2026-04-09 13:40 or 091340ZAPR26",
  position: "latitude, longitude, as in 33.5, 36.3 or 33°30′N 036°18′E",
  number: "a number",
  text: "some words",
};

function valueOf({ kind, value }: FactDraft): unknown {
  const text = value.trim();
  if (kind === "text") return text;
  if (kind === "number") return Number.isFinite(Number(text)) ? Number(text) : null;
  if (kind === "position") {
    const at = parsePosition(text);
    return at && { lon: at[0], lat: at[1] };
  }
  const ms = parseInstant(text);
  return ms === null ? null : formatInstant(ms);
}

/** The body of the statement, or what stands in its way. Facts without a value are left out: nothing is said of them. */
export function accountOf(incident: string, drafts: readonly FactDraft[]): { body: { incident: string; facts: Record<string, unknown> } | null; problem: string | null } {
  const facts: Record<string, unknown> = {};
  for (const draft of drafts) {
    const name = draft.name.trim();
    if (draft.value.trim() === "") continue;
    if (name === "") return { body: null, problem: `What is «${draft.value.trim()}»? Give the fact a name.` };
    if (name in facts) return { body: null, problem: `«${name}» stands twice: say each fact once.` };
    const value = valueOf(draft);
    if (value === null) return { body: null, problem: `${name}: «${draft.value.trim()}» is not ${EXPECTED[draft.kind]}.` };
    facts[name] = value;
  }
  if (incident.trim() === "") return { body: null, problem: "Name the incident as the other side would know it." };
  if (Object.keys(facts).length === 0) return { body: null, problem: "Say at least one fact." };
  return { body: { incident: incident.trim(), facts }, problem: null };
}

export interface Contradiction {
  id: string;
  incident: string;
  fact: string;
  sides: { side: string; value: string }[];
}

/** Facts of which two accounts differ now, as the alerts say it, the newest first. */
export function contradictions(alerts: Iterable<Alert>): Contradiction[] {
  const open = [...alerts].filter((a) => a.code === "CONTRADICTION" && a.cleared_at === null);
  open.sort((a, b) => b.raised_at.localeCompare(a.raised_at));
  return open.map((alert) => {
    const detail = alert.detail as { incident?: string; fact?: string; accounts?: { side: string; value: unknown }[] };
    const sides = (detail.accounts ?? []).map(({ side, value }) => ({ side, value: factInWords(value) }));
    return { id: alert.id, incident: detail.incident ?? "", fact: detail.fact ?? "", sides };
  });
}

/** A fact's value as an officer reads it. */
export function factInWords(value: unknown): string {
  if (typeof value === "object" && value !== null && "lon" in value && "lat" in value) {
    return formatDecimal([value.lon, value.lat] as LonLat);
  }
  if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}T/.test(value) && !Number.isNaN(Date.parse(value))) {
    const ms = Date.parse(value);
    return `${formatDay(ms)} ${formatTime(ms, true)}`;
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
