/** What stands on the line beside notices: STOPs, proposals, observations, accidents, tests, suspensions, the watch. */
import type { Activity, AdviceOption, Change, Envelope, Mode, PlaceClaim, Precedence, Recipient, Statement } from "./api";

export type StopState = "raised" | "standby" | "cannot_comply" | "complying" | "units_informed" | "ceased";

export interface StopSide {
  side: string;
  state: StopState;
  at: string | null;
  by: string | null;
}

export interface Stop {
  id: string;
  from: string;
  party: string | null;
  to: string[];
  precedence: Precedence;
  mode: Mode;
  reason: string;
  about: string | null;
  place: PlaceClaim | null;
  envelope: Envelope | null;
  heard_at: string;
  closed_at: string | null;
  sides: StopSide[];
  recipients: Recipient[];
}

export interface Position {
  lon: number;
  lat: number;
  altitude: string | null;
}

export interface Accident {
  id: string;
  from: string;
  party: string | null;
  mode: Mode;
  activity: string;
  place: PlaceClaim | null;
  position: Position | null;
  heading: number | null;
  heard_at: string;
  recipients: Recipient[];
}

export interface Observation {
  id: string;
  from: string;
  party: string | null;
  mode: Mode;
  object: string;
  kind: Activity;
  position: Position;
  seen_at: string;
  heard_at: string;
  zones: string[];
  answers: { party: string; is_ours: boolean; by: string; at: string }[];
}

export interface LineTest {
  id: string;
  from: string;
  party: string | null;
  mode: Mode;
  heard_at: string;
  sides: string[];
  replies: { side: string; by: string; at: string }[];
}

export type ProposalState = "open" | "accepted" | "declined" | "countered" | "lapsed";

export interface Proposal {
  id: string;
  from: string;
  party: string | null;
  to_answer: string;
  mode: Mode;
  conflict: string;
  about: string;
  change: AdviceOption["change"];
  reason: string | null;
  heard_at: string;
  clears: boolean;
  still_meets: number;
  state: ProposalState;
  answered_at: string | null;
  answered_by: string | null;
}

export interface Suspension {
  side: string;
  by: string;
  mode: Mode;
  reason: string;
  since: string;
  ended_at: string | null;
  ended_by: string | null;
  ended_reason: string | null;
}

export interface DeskWatch {
  desk: string;
  attended: boolean;
  since: string | null;
  on_watch: { name: string; since: string }[];
  note: string | null;
  note_by: string | null;
}

export interface LineFigures {
  tester: string;
  tested: string;
  sent: number;
  answered: number;
  late: number;
  missed: number;
  slowest_s: number;
  last_sent_at: string | null;
  last_answered_at: string | null;
}

export interface LineNow {
  figures: LineFigures[];
  tests: LineTest[];
  watch: DeskWatch[];
  suspensions: Suspension[];
}

/** A statement as the host heard it. */
export interface Heard extends Statement {
  index: number;
  heard_at: string;
  /** The name of the key that it is signed by; null for an unsigned one. */
  signed_by?: string | null;
}

export interface Line {
  stop: ReadonlyMap<string, Stop>;
  proposal: ReadonlyMap<string, Proposal>;
  observation: ReadonlyMap<string, Observation>;
  accident: ReadonlyMap<string, Accident>;
  line_test: ReadonlyMap<string, LineTest>;
  suspension: ReadonlyMap<string, Suspension>;
  watch: ReadonlyMap<string, DeskWatch>;
}

export type LineKind = keyof Line;

/** By what a thing of each kind is known. A suspension has no id of its own: a side has one at a time. */
const NAMED: { [K in LineKind]: (thing: never) => string } = {
  stop: (t: Stop) => t.id,
  proposal: (t: Proposal) => t.id,
  observation: (t: Observation) => t.id,
  accident: (t: Accident) => t.id,
  line_test: (t: LineTest) => t.id,
  suspension: (t: Suspension) => `${t.side} ${t.mode} ${t.since}`,
  watch: (t: DeskWatch) => t.desk,
};

export const LINE_KINDS = Object.keys(NAMED) as LineKind[];

export const NO_LINE: Line = lineOf({});

/** The things of each kind by their names. */
export function lineOf(read: { [K in LineKind]?: readonly unknown[] }): Line {
  const maps = LINE_KINDS.map((kind) => [kind, new Map((read[kind] ?? []).map((t) => [NAMED[kind](t as never), t]))]);
  return Object.fromEntries(maps) as unknown as Line;
}

/** The line after changes; `isNew` says of each kind whether the change is newer than what was read. Others are passed over. */
export function lineAfter(line: Line, changes: readonly Change[], isNew: (kind: LineKind) => boolean): Line {
  let next = line as unknown as Record<LineKind, ReadonlyMap<string, unknown>>;
  for (const change of changes) {
    const kind = LINE_KINDS.find((k) => k === change.kind);
    const thing = (change as unknown as Record<string, unknown>)[change.kind];
    if (!kind || typeof thing !== "object" || thing === null || !isNew(kind)) continue;
    next = { ...next, [kind]: new Map(next[kind]).set(NAMED[kind](thing as never), thing) };
  }
  return next as unknown as Line;
}
