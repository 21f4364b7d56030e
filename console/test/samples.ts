/** A notice and an alert with everything in them, for tests to change. */
import type { Alert, Me, Notice, Recipient } from "../src/lib/api";

export const me = (desk: string, party: string | null): Me => ({
  desk, party, role: "air", mediator: party === null, mechanism: "m", now: "2026-04-09T03:40:00Z", next_serial: 1,
});

export const recipient = (desk: string, grade: Recipient["grade"], party: string | null = desk.split(".")[0]!): Recipient => ({
  desk, party, grade, at: null, reached: [], read_back: null,
});

export function notice(change: Partial<Notice> = {}): Notice {
  return {
    id: "n1", statement: "n1", version: 1, must_reach: null, ready: null, missing: [], from: "alpha.air", party: "alpha", to: ["bravo"], activity: "uas", title: "Survey", place: null,
    envelope: [{
      footprint: { type: "Polygon", coordinates: [[[36, 33], [37, 33], [37, 34], [36, 33]]] }, floor: "SFC", ceiling: "FL100",
      start: "2026-04-09T04:00:00Z", end: "2026-04-09T05:00:00Z",
    }],
    purpose: null, read_back: false, remarks: null, precedence: "ROUTINE", mode: "live", state: "heard", heard_at: "2026-04-09T03:00:00Z",
    start: "2026-04-09T04:00:00Z", end: "2026-04-09T05:00:00Z", recipients: [recipient("bravo.air", "delivered")], ...change,
  };
}

export function alert(change: Partial<Alert> = {}): Alert {
  return {
    id: "a1", code: "CONFLICT_4D", severity: "caution", about: ["n1"], why: "why", may_do: [], raised_at: "2026-04-09T03:00:00Z",
    risen_at: null, cleared_at: null, cleared_why: null, to: ["bravo.air"], acknowledged: [], detail: {}, mode: "live", ...change,
  };
}
