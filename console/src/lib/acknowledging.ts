/** Who has acknowledged what, and what this desk still has to: the questions behind the console's one large button. */
import type { AckLevel, Alert, Grade, Me, Notice, Recipient } from "./api";
import { GRADE, isOver } from "./words";
import type { World } from "./world";

export function isMine(notice: Notice, me: Me): boolean {
  return me.party !== null && notice.party === me.party;
}

/**
 * True when the notice asks this desk for an acknowledgement: it is addressed to it, or to its party. The mediator is
 * no party and is asked only where it stands among the recipients itself, as it does under `broker`.
 */
export function isAddressed(notice: Notice, me: Me): boolean {
  return notice.recipients.some((r) => r.desk === me.desk || (me.party !== null && r.party === me.party));
}

/** The furthest that any desk of a party has come: one desk's acknowledgement is enough for its party. */
export function furthest(recipients: readonly Recipient[], party: string | null): Recipient | null {
  const own = recipients.filter((r) => r.party === party);
  return own.reduce<Recipient | null>((best, r) => (!best || GRADE[r.grade].rank > GRADE[best.grade].rank ? r : best), null);
}

/** True when no person of this desk's party has yet said that they saw the notice. */
export function awaitsPerson(notice: Notice, me: Me): boolean {
  if (!isAddressed(notice, me) || isOver(notice.state)) return false;
  const best = furthest(notice.recipients, me.party);
  return !best || GRADE[best.grade].rank < GRADE.person.rank;
}

/** The grades that this desk may still give a notice. */
export function levelsLeft(notice: Notice, me: Me): AckLevel[] {
  if (!isAddressed(notice, me)) return [];
  const own = notice.recipients.find((r) => r.desk === me.desk)?.grade ?? "undelivered";
  const left: Record<Grade, AckLevel[]> = {
    undelivered: ["person", "understood", "not_understood"],
    delivered: ["person", "understood", "not_understood"],
    person: ["understood", "not_understood"],
    not_understood: ["understood"],
    understood: [],
    disseminated: [],
  };
  return left[own];
}

/** True when this desk has acknowledged the alert: by the host's word, or by what it has just said itself. */
export function isSeen(alert: Alert, me: Me, saidHere: ReadonlySet<string>): boolean {
  return saidHere.has(alert.id) || alert.acknowledged.some((a) => a.desk === me.desk);
}

/** Everything one press acknowledges: the alert, and each notice it is about that this party has not yet seen. */
export function aboutToAcknowledge(alert: Alert, world: World, me: Me): { alert: string; notices: Notice[] } {
  const notices = alert.about.flatMap((id) => {
    const notice = world.notices.get(id);
    return notice && awaitsPerson(notice, me) ? [notice] : [];
  });
  return { alert: alert.id, notices };
}

/** The units that this desk's party has reported reached. */
export function reachedBy(notice: Notice, me: Me): ReadonlySet<string> {
  return new Set(notice.recipients.filter((r) => r.party === me.party).flatMap((r) => r.reached.map((unit) => unit.name)));
}

/** True when a read-back was asked for and no desk of this side has given one that agrees. */
export function owesReadBack(notice: Notice, me: Me): boolean {
  if (!notice.read_back || !isAddressed(notice, me) || isOver(notice.state)) return false;
  return !notice.recipients.some((r) => r.party === me.party && r.read_back === "matched");
}

const LACKS: Record<string, string> = { person: "a person's acknowledgement", understood: "understanding", read_back: "a read-back" };

/** «a read-back, to reach Sqn 7». Anything that is no grade is a unit. */
export function lacksInWords(lacks: readonly string[]): string {
  return lacks.map((one) => LACKS[one] ?? `word that it reached ${one}`).join(", ");
}
