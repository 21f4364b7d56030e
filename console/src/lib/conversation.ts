/** What was said about one thing: which statements belong to it, and each in a few words. Pure. */
import type { AdviceOption, Alert, Me, MechanismInfo, Mode, Notice } from "./api";
import { isMine } from "./acknowledging";
import { formatTime, formatWindow } from "./instants";
import type { Heard, Proposal } from "./line";
import { sideOf } from "./stopping";
import { noticeTitle } from "./words";
import type { World } from "./world";

/** A conflict, or a notice, that is talked about. */
export interface Thread {
  about: string;
  title: string;
  mode: Mode;
  /** Whom to talk to about it: parties, or the mediator's desk. */
  others: string[];
  conflict: Alert | null;
}

export const MEDIATOR = "mediator.duty";

/** The thread of a conflict. Under `broker` a party talks of it with the mediator alone, who talks to one at a time. */
export function threadOf(alert: Alert, world: World, me: Me, mechanism: Pick<MechanismInfo, "disclosure" | "parties">): Thread {
  const notices = alert.about.flatMap((id) => world.notices.get(id) ?? []);
  const parties = [...new Set(notices.flatMap((n) => n.party ?? []))].filter((party) => party !== me.party);
  const alone = mechanism.disclosure === "broker" && me.party !== null;
  return {
    about: alert.id, title: notices.map((n) => `«${noticeTitle(n)}»`).join(" and ") || alert.why, mode: alert.mode,
    others: alone ? [MEDIATOR] : [...parties, ...(me.party === null ? [] : [MEDIATOR])], conflict: alert,
  };
}

/** The thread of a notice. */
export function threadOfNotice(notice: Notice, me: Me, disclosure: MechanismInfo["disclosure"]): Thread {
  const parties = isMine(notice, me) ? notice.to : notice.party ? [notice.party] : [];
  const others = disclosure === "broker" && me.party !== null ? [MEDIATOR] : [...parties, ...(me.party === null ? [] : [MEDIATOR])];
  return { about: notice.id, title: `«${noticeTitle(notice)}»`, mode: notice.mode, others: [...new Set(others)].filter((o) => o !== sideOf(me)), conflict: null };
}

/** True when a statement that was just heard belongs to the thread; `known` are the proposals that stand in it already. */
export function belongs(said: Heard, thread: Thread, known: ReadonlySet<string>): boolean {
  const { about, stop, notice } = said.body as Record<string, unknown>;
  const [a, b] = thread.conflict?.about ?? [];
  const names = new Set<unknown>([thread.about, ...known, ...(a && b ? [`${a}~${b}`, `${b}~${a}`] : [])]);
  return [about, stop, notice].some((name) => typeof name === "string" && names.has(name));
}

/** In the order of hearing, each once. */
export function inOrder(said: readonly Heard[]): Heard[] {
  return [...new Map(said.map((s) => [s.id, s])).values()].sort((x, y) => x.index - y.index);
}

const ACK: Record<string, string> = {
  person: "acknowledged as seen by a person", understood: "understood", not_understood: "has NOT understood", disseminated: "passed on to the units",
};

/** What a statement other than a message or a proposal says. */
export function inWords(said: Heard, nameOf: (side: string) => string): string {
  const body = said.body as Record<string, string | undefined>;
  const because = body["reason"] ? `: ${body["reason"]}` : "";
  switch (said.type) {
    case "call": return `telephone call to ${nameOf(body["to"] ?? "?")}: ${body["result"] ?? ""}`;
    case "accept": return `ACCEPTED the proposal${because}`;
    case "decline": return `DECLINED the proposal${because}`;
    case "ack": return (ACK[body["level"] ?? ""] ?? "acknowledged") + (said.body["read_back"] ? ", with a read-back" : "");
    case "stop": return `STOP${because}`;
    default: return said.type.replaceAll("_", " ") + because;
  }
}

/** What a proposal would change: «20 min later, ceiling 2500 ft AMSL». */
export function changeInWords(change: AdviceOption["change"], nowMs: number): string {
  const said: string[] = [];
  if (change.shift_min) said.push(`${Math.abs(change.shift_min)} min ${change.shift_min > 0 ? "later" : "earlier"}`);
  if (change.floor) said.push(`floor ${change.floor}`);
  if (change.ceiling) said.push(`ceiling ${change.ceiling}`);
  if (Array.isArray(change.envelope)) {
    const v = change.envelope[0];
    const when = v ? `, ${formatWindow(Date.parse(v.start), Date.parse(v.end), nowMs)}, ${v.floor} – ${v.ceiling}` : "";
    said.push(`a new envelope${when}`);
  } else if (change.envelope) said.push("a new trajectory");
  return said.join(", ");
}

export const PROPOSAL_STATE: Record<Proposal["state"], string> = {
  open: "waits for an answer", accepted: "ACCEPTED", declined: "declined", countered: "countered by another proposal", lapsed: "lapsed",
};

/** True when this side is the one that may accept or decline it. */
export function isForUs(proposal: Proposal, me: Me): boolean {
  return proposal.state === "open" && proposal.to_answer === sideOf(me);
}

/** How a proposal names its conflict: by its two notices, or, where those are not for telling, by its alert. */
export function conflictName(alert: Alert, disclosure: MechanismInfo["disclosure"]): string {
  return disclosure === "broker" || alert.about.length !== 2 ? alert.id : alert.about.join("~");
}

/** What was typed into the form of a proposal, as its change; null with a sentence when it changes nothing. */
export function changeOf(notice: string, typed: { shift: string; floor: string; ceiling: string }): { change: AdviceOption["change"] | null; problem: string | null } {
  const change: AdviceOption["change"] = { notice };
  const shift = typed.shift.trim();
  if (shift) {
    const minutes = Number(shift.replace("−", "-"));
    if (!Number.isFinite(minutes) || minutes === 0) return { change: null, problem: `«${shift}» is no number of minutes: write 20, or -20 for earlier.` };
    change.shift_min = minutes;
  }
  if (typed.floor.trim()) change.floor = typed.floor.trim();
  if (typed.ceiling.trim()) change.ceiling = typed.ceiling.trim();
  return Object.keys(change).length > 1 ? { change, problem: null } : { change: null, problem: "Say what changes: minutes, floor or ceiling." };
}

/** `091340Z APR 26` */
export function formatDtg(ms: number): string {
  const [day, month, year] = new Date(ms).toUTCString().slice(5, 16).split(" ") as [string, string, string];
  return `${day}${formatTime(ms).replace(":", "")} ${month.toUpperCase()} ${year.slice(2)}`;
}
