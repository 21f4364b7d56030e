/** What this side owes, with the time that is left for it. */
import type { Me, Mode, Obligation, ObligationKind } from "./api";
import { sideOf } from "./stopping";
import { noticeTitle } from "./words";
import { shows, type World } from "./world";

export const OWED: Record<ObligationKind, string> = {
  stop_reply: "Answer",
  ack: "Acknowledge",
  read_back: "Read back",
  claim: "Ours or not ours",
  line_test_reply: "Answer line test",
  line_test: "Test the line",
  proposal_answer: "Answer proposal",
  dissemination: "Report passed on",
};

export interface Owed {
  obligation: Obligation;
  words: string;
  /** What it is about, in a few words. */
  subject: string;
  mode: Mode;
  dueMs: number;
}

/** What a subject is called, and its mode; the id's end where nothing is known of it. */
export function subjectOf(world: World, id: string): { words: string; mode: Mode } {
  const { line } = world;
  const notice = world.notices.get(id);
  if (notice) return { words: `«${noticeTitle(notice)}»`, mode: notice.mode };
  const stop = line.stop.get(id);
  if (stop) return { words: `STOP from ${stop.from}`, mode: stop.mode };
  const seen = line.observation.get(id);
  if (seen) return { words: `«${seen.object}»`, mode: seen.mode };
  const other = line.accident.get(id) ?? line.line_test.get(id) ?? line.proposal.get(id);
  return other ? { words: `${line.accident.has(id) ? "accident " : ""}from ${other.from}`, mode: other.mode } : { words: "", mode: "live" };
}

/** Everything open that this side owes, the soonest first. An answer to a STOP acknowledges it: that is owed once. */
export function owedHere(world: World, me: Me, mode: Mode): Owed[] {
  const open = [...world.obligations.values()].filter((o) => o.state === "open" && o.desk_or_party === sideOf(me));
  const answers = new Set(open.filter((o) => o.kind === "stop_reply").map((o) => o.subject));
  return open
    .filter((o) => o.kind !== "ack" || !answers.has(o.subject))
    .map((o) => {
      const subject = subjectOf(world, o.subject);
      return { obligation: o, words: OWED[o.kind] ?? o.kind, subject: subject.words, mode: subject.mode, dueMs: Date.parse(o.due_at) };
    })
    .filter((owed) => shows(owed, mode))
    .sort((a, b) => a.dueMs - b.dueMs || (a.obligation.id < b.obligation.id ? -1 : 1));
}

/** `4:05` to go, `1:02:30` to go, `+0:12` over: whole seconds, never rounded in favour of who owes. */
export function countdown(dueMs: number, nowMs: number): string {
  const left = Math.floor((dueMs - nowMs) / 1000);
  const s = Math.abs(left);
  const two = (n: number): string => String(n).padStart(2, "0");
  const clock = s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
  return left < 0 ? `+${clock}` : clock;
}

/** How pressing: past its time, in its last minute, or neither. */
export function press(dueMs: number, nowMs: number): "over" | "soon" | "later" {
  return nowMs > dueMs ? "over" : dueMs - nowMs <= 60_000 ? "soon" : "later";
}
