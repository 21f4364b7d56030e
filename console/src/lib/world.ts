/** What this desk knows: notices, alerts, obligations and the line by id, as of a record index. Plain values; a change makes a new one. */
import type { Alert, ChangeEvent, Mode, Notice, Obligation } from "./api";
import { type Line, lineAfter, type LineKind, NO_LINE } from "./line";

type Kind = "notice" | "alert" | "obligation";

export interface World {
  index: number;
  notices: ReadonlyMap<string, Notice>;
  alerts: ReadonlyMap<string, Alert>;
  obligations: ReadonlyMap<string, Obligation>;
  line: Line;
  /** The index at which each list was read whole: older events say nothing new about it. */
  readAt: Record<Kind, number> & Partial<Record<LineKind, number>>;
}

export interface Reading {
  notices: { items: Notice[]; index: number };
  alerts: { items: Alert[]; index: number };
  obligations: { items: Obligation[]; index: number };
  line?: { things: Line; readAt: Partial<Record<LineKind, number>> };
}

export const EMPTY: World = {
  index: -1,
  notices: new Map(),
  alerts: new Map(),
  obligations: new Map(),
  line: NO_LINE,
  readAt: { notice: -1, alert: -1, obligation: -1 },
};

const byId = <T extends { id: string }>(items: T[]): Map<string, T> => new Map(items.map((item) => [item.id, item]));

/** The world as the lists say. They may be of different moments; events are taken up from the earliest. */
export function fromReading(r: Reading): World {
  const lineAt = r.line?.readAt ?? {};
  return {
    index: Math.min(r.notices.index, r.alerts.index, r.obligations.index, ...Object.values(lineAt)),
    notices: byId(r.notices.items),
    alerts: byId(r.alerts.items),
    obligations: byId(r.obligations.items),
    line: r.line?.things ?? NO_LINE,
    readAt: { notice: r.notices.index, alert: r.alerts.index, obligation: r.obligations.index, ...lineAt },
  };
}

/** The world after one event. An event that was already taken up, or is older than what was read, changes nothing. */
export function after(world: World, event: ChangeEvent): World {
  return afterAll(world, [event]);
}

/** The same for events in a row, copying once: at a hundred statements a second that matters. */
export function afterAll(world: World, events: readonly ChangeEvent[]): World {
  const notices = new Map(world.notices);
  const alerts = new Map(world.alerts);
  const obligations = new Map(world.obligations);
  let line = world.line;
  for (const { index, changes } of events) {
    line = lineAfter(line, changes, (kind) => index > (world.readAt[kind] ?? -1));
    for (const { notice, alert, obligation } of changes) {
      if (notice && index > world.readAt.notice) notices.set(notice.id, notice);
      if (alert && index > world.readAt.alert) alerts.set(alert.id, alert);
      if (obligation && index > world.readAt.obligation) obligations.set(obligation.id, obligation);
    }
  }
  const index = events.reduce((highest, event) => Math.max(highest, event.index), world.index);
  return { ...world, index, notices, alerts, obligations, line };
}

/** Alerts that an event raised or made more severe: what the desk must be told of aloud. */
export function news(event: ChangeEvent): Alert[] {
  return event.changes.flatMap((c) => (c.alert && (c.what === "raised" || c.what === "risen") ? [c.alert] : []));
}

/** What shows in a mode: an exercise desk still sees everything live; a live desk sees nothing of an exercise. */
export function shows(thing: { mode: Mode }, mode: Mode): boolean {
  return mode === "exercise" || thing.mode === "live";
}

/** The world with notices that were asked for later. One that an event has since told of is newer, and stays. */
export function withOlder(world: World, notices: readonly Notice[]): World {
  return { ...world, notices: new Map([...byId([...notices]), ...world.notices]) };
}
