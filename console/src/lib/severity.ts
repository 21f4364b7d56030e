/** Which alert an officer should look at first. */
import type { Alert, Severity } from "./api";

const RANK: Record<Severity, number> = { warning: 0, caution: 1, advisory: 2 };

/** Word and shape of a severity: told apart without colour. */
export const SEVERITY: Record<Severity, { word: string; shape: "triangle" | "diamond" | "circle" }> = {
  warning: { word: "WARNING", shape: "triangle" },
  caution: { word: "CAUTION", shape: "diamond" },
  advisory: { word: "ADVISORY", shape: "circle" },
};

export function sinceMs(alert: Alert): number {
  return Date.parse(alert.risen_at ?? alert.raised_at);
}

/** Unacknowledged first, then by severity, then the newest first; ids last, so that the order never wavers. */
export function byUrgency(seen: (alert: Alert) => boolean): (a: Alert, b: Alert) => number {
  return (a, b) =>
    Number(seen(a)) - Number(seen(b)) ||
    RANK[a.severity] - RANK[b.severity] ||
    sinceMs(b) - sinceMs(a) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Open alerts in order of urgency, and the cleared ones, last cleared first. */
export function sorted(alerts: Iterable<Alert>, seen: (alert: Alert) => boolean): { open: Alert[]; cleared: Alert[] } {
  const all = [...alerts];
  const cleared = all.filter((a) => a.cleared_at !== null);
  cleared.sort((a, b) => Date.parse(b.cleared_at!) - Date.parse(a.cleared_at!));
  return { open: all.filter((a) => a.cleared_at === null).sort(byUrgency(seen)), cleared };
}
