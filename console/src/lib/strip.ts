/** The time strip: from two hours ago to a day ahead, one bar a notice, packed into a few lanes. */
import type { Alert, Mode, Notice } from "./api";
import { lookOf, type PartyLook } from "./parties";
import { isOver, noticeTitle } from "./words";

export const STRIP = { fromMin: -120, toMin: 1440 };
export const LANES = 5;

export interface Bar {
  id: string;
  lane: number;
  start: number;
  end: number;
  colour: string;
  letter: string;
  title: string;
  mode: Mode;
}

/** Each notice in the first lane that is free by then; when none is, in the last: bars may cover, but none is left out. */
export function laneBars(notices: readonly Notice[], fromMs: number, toMs: number, looks: ReadonlyMap<string, PartyLook>): Bar[] {
  const spans = notices
    .filter((n) => n.start !== null && n.end !== null && !isOver(n.state))
    .map((n) => ({ n, start: Date.parse(n.start!), end: Date.parse(n.end!) }))
    .filter((s) => s.end > fromMs && s.start < toMs)
    .sort((a, b) => a.start - b.start || (a.n.id < b.n.id ? -1 : 1));
  const busyUntil = new Array<number>(LANES).fill(-Infinity);
  return spans.map(({ n, start, end }) => {
    const free = busyUntil.findIndex((until) => until <= start);
    const lane = free < 0 ? LANES - 1 : free;
    busyUntil[lane] = Math.max(busyUntil[lane]!, end);
    const look = lookOf(looks, n.party);
    return { id: n.id, lane, start, end, colour: look.colour, letter: look.letter, title: noticeTitle(n), mode: n.mode };
  });
}

/** When each open conflict lasts. */
export function conflictBars(alerts: readonly Alert[]): { id: string; start: number; end: number }[] {
  return alerts.flatMap((a) => {
    if (a.code !== "CONFLICT_4D" || a.cleared_at !== null || !a.detail.start || !a.detail.end) return [];
    return [{ id: a.id, start: Date.parse(a.detail.start), end: Date.parse(a.detail.end) }];
  });
}
