/** STOP: whom it is for, what may be answered, and how long until the next rung of its ladder. Pure. */
import type { Alert, Me, MechanismInfo, Mode } from "./api";
import { isMine } from "./acknowledging";
import type { Stop, StopSide, StopState } from "./line";
import { noticeTitle } from "./words";
import type { World } from "./world";

/** Ready-made reasons. The first stands in the field, so that a STOP is two keystrokes. */
export const REASONS = [
  "Cease now. Lives are at risk.",
  "Our people are there.",
  "Civilians are there.",
  "A medical evacuation is under way there.",
  "A search and rescue operation is under way there.",
] as const;

export const STOP_STATE: Record<StopState, string> = {
  raised: "NO ANSWER YET",
  standby: "standing by",
  cannot_comply: "CANNOT COMPLY",
  complying: "complying",
  units_informed: "units informed",
  ceased: "ceased",
};

export type StopMove = Exclude<StopState, "raised">;

export const MOVE: Record<StopMove, string> = {
  complying: "Complying", cannot_comply: "Cannot comply", standby: "Stand by", units_informed: "Units informed", ceased: "Ceased",
};

const FROM: Record<StopState, StopMove[]> = {
  raised: ["complying", "cannot_comply", "standby", "units_informed", "ceased"],
  standby: ["complying", "cannot_comply", "units_informed", "ceased"],
  cannot_comply: ["complying", "standby", "units_informed", "ceased"],
  complying: ["units_informed", "ceased", "cannot_comply"],
  units_informed: ["ceased", "cannot_comply"],
  ceased: [],
};

/** How the host names the side of a desk: its party, or the mediator's desk. */
export function sideOf(me: Me): string {
  return me.party ?? me.desk;
}

/** The row of this desk's side in a STOP that was addressed to it. */
export function ownRow(stop: Stop, me: Me): StopSide | null {
  return stop.sides.find((row) => row.side === sideOf(me)) ?? null;
}

export function raisedHere(stop: Stop, me: Me): boolean {
  return me.party === null ? stop.from === me.desk : stop.party === me.party;
}

/** What this desk may say to a STOP now. Who raised it may say that what it saw has ceased. */
export function movesFor(stop: Stop, me: Me): StopMove[] {
  if (stop.closed_at !== null) return [];
  const row = ownRow(stop, me);
  if (row) return FROM[row.state];
  return raisedHere(stop, me) ? ["ceased"] : [];
}

/** The statement that makes a move. */
export function moveStatement(stop: Stop, move: StopMove): { type: string; body: Record<string, unknown> } {
  if (move === "units_informed" || move === "ceased") return { type: move, body: { stop: stop.id } };
  return { type: "stop_reply", body: { stop: stop.id, answer: move } };
}

const RUNGS = ["the desks addressed", "their alternates", "the mediator", "the commander"];

export interface Rung {
  /** Whom the next rung alarms. */
  who: string;
  dueMs: number;
}

/** The next rung of the ladder while a side has not answered; null when somebody has, or no ladder is agreed. */
export function nextRung(stop: Stop, rules: Record<string, number>, nowMs: number): Rung | null {
  if (stop.closed_at !== null || !stop.sides.some((row) => row.state === "raised")) return null;
  const first = (rules["stop_reply_s"] ?? 60) * 1000;
  const step = (rules["stop_rung_s"] ?? 60) * 1000;
  const waited = nowMs - Date.parse(stop.heard_at);
  if (waited >= first && step <= 0) return null;
  const rung = waited < first ? 0 : Math.floor((waited - first) / step) + 1;
  return { who: RUNGS[rung] ?? "all of them again", dueMs: Date.parse(stop.heard_at) + first + rung * step };
}

/** Those that wait for an answer of this side first, then the newest. */
export function byNeed(me: Me): (a: Stop, b: Stop) => number {
  const waits = (stop: Stop): number => Number(ownRow(stop, me)?.state === "raised");
  return (a, b) => waits(b) - waits(a) || Date.parse(b.heard_at) - Date.parse(a.heard_at) || (a.id < b.id ? -1 : 1);
}

/** What a new STOP is about, and for whom, as far as it can be told from what is in view. An empty `to`: every other party. */
export interface Aim {
  about: string | null;
  words: string;
  to: string[];
  mode: Mode | null;
}

export function aimOf(world: World, me: Me, mechanism: Pick<MechanismInfo, "disclosure">, alert: Alert | null, noticeId: string | null): Aim {
  const notices = [...(noticeId ? [noticeId] : []), ...(alert?.about ?? [])].flatMap((id) => world.notices.get(id) ?? []);
  const notice = (alert ? notices.filter((n) => alert.about.includes(n.id)) : notices).find((n) => !isMine(n, me)) ?? notices[0];
  if (!notice) return { about: null, words: "nothing in particular", to: [], mode: alert?.mode ?? null };
  const words = `«${noticeTitle(notice)}»`;
  if (!isMine(notice, me)) return { about: notice.id, words, to: notice.party ? [notice.party] : [], mode: notice.mode };
  const others = mechanism.disclosure === "board" ? notice.to.filter((to) => to !== me.party) : [];
  return { about: notice.id, words, to: others, mode: notice.mode };
}
