/** The watch and the line itself: who is where, what is suspended, whose something is said to be. Pure. */
import type { Me, Mode } from "./api";
import type { Accident, LineFigures, LineTest, Observation, Suspension } from "./line";
import { formatDecimal } from "./coordinates";
import { formatTime } from "./instants";
import { sideOf } from "./stopping";
import { placeWords } from "./words";
import { shows, type World } from "./world";

/** The suspensions that stand, the earliest first. */
export function standing(world: World, mode: Mode): Suspension[] {
  return [...world.line.suspension.values()]
    .filter((s) => s.ended_at === null && shows(s, mode))
    .sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
}

/** A side ends its own suspension; the mediator any. */
export function mayResume(suspension: Suspension, me: Me): boolean {
  return me.mediator || suspension.side === sideOf(me);
}

/** The tests that this side was sent and has not answered, the oldest first. */
export function toAnswer(world: World, me: Me, mode: Mode): LineTest[] {
  const side = sideOf(me);
  return [...world.line.line_test.values()]
    .filter((t) => shows(t, mode) && t.sides.includes(side) && !t.replies.some((r) => r.side === side))
    .sort((a, b) => Date.parse(a.heard_at) - Date.parse(b.heard_at));
}

/** What was seen, the latest first. */
export function observations(world: World, mode: Mode): Observation[] {
  return [...world.line.observation.values()].filter((o) => shows(o, mode)).sort((a, b) => Date.parse(b.heard_at) - Date.parse(a.heard_at));
}

/** What this side may still say of an observation: it may change its mind, and the mediator is no party. */
export function claimsLeft(seen: Observation, me: Me): ("claim" | "disclaim")[] {
  if (me.party === null) return [];
  const said = seen.answers.find((a) => a.party === me.party);
  if (!said) return ["claim", "disclaim"];
  return said.is_ours ? ["disclaim"] : ["claim"];
}

/** Accidents that this side has still to acknowledge. */
export function accidentsOwed(world: World, me: Me, mode: Mode): Accident[] {
  const owed = [...world.obligations.values()].filter((o) => o.state === "open" && o.kind === "ack" && o.desk_or_party === sideOf(me));
  return owed.flatMap((o) => world.line.accident.get(o.subject) ?? []).filter((a) => shows(a, mode));
}

export function whereOf(thing: { position: Accident["position"]; place?: Accident["place"] }): string {
  const { position } = thing;
  const at = position ? formatDecimal([position.lon, position.lat]) + (position.altitude ? `, ${position.altitude}` : "") : "";
  return [at, placeWords(thing.place ?? null)].filter(Boolean).join(", ");
}

/** «3 sent, 2 answered (1 late), 1 missed; slowest 4.2 s; last answered 03:40Z». */
export function figuresInWords(f: LineFigures): string {
  const said = [`${f.sent} sent, ${f.answered} answered${f.late > 0 ? ` (${f.late} late)` : ""}${f.missed > 0 ? `, ${f.missed} MISSED` : ""}`];
  if (f.answered > 0) said.push(`slowest ${f.slowest_s.toFixed(1)} s`);
  said.push(f.last_answered_at ? `last answered ${formatTime(Date.parse(f.last_answered_at))}` : "never answered");
  return said.join("; ");
}
