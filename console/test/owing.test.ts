import { describe, expect, it } from "vitest";
import type { ChangeEvent, Obligation } from "../src/lib/api";
import { NO_LINE } from "../src/lib/line";
import { countdown, owedHere, press } from "../src/lib/owing";
import { after, EMPTY, fromReading } from "../src/lib/world";
import { me, notice } from "./samples";

const owed = (id: string, change: Partial<Obligation> = {}): Obligation => ({
  id, kind: "ack", desk_or_party: "bravo", about: "n1", subject: "n1", due_at: "2026-04-09T03:50:00Z", met_at: null, state: "open", ...change,
});
const world = (...items: Obligation[]) => ({ ...EMPTY, notices: new Map([["n1", notice()]]), obligations: new Map(items.map((o) => [o.id, o])) });
const bravo = me("bravo.air", "bravo");

describe("what this side owes", () => {
  it("is open and its own, the soonest first, called by its notice", () => {
    const all = world(owed("late", { due_at: "2026-04-09T04:00:00Z" }), owed("soon"), owed("met", { state: "met" }), owed("theirs", { desk_or_party: "alpha" }));
    expect(owedHere(all, bravo, "live").map((o) => [o.obligation.id, o.subject])).toEqual([["soon", "«Survey»"], ["late", "«Survey»"]]);
  });

  it("of an exercise is owed only by those in one", () => {
    const exercise = { ...world(owed("o")), notices: new Map([["n1", notice({ mode: "exercise" })]]) };
    expect(owedHere(exercise, bravo, "live")).toEqual([]);
    expect(owedHere(exercise, bravo, "exercise")).toHaveLength(1);
  });

  it("counts down to the second and then up, never in favour of who owes", () => {
    const due = Date.parse("2026-04-09T03:50:00Z");
    expect(["03:45:55", "02:47:30", "03:49:59.900", "03:50:00", "03:50:12"].map((t) => countdown(due, Date.parse(`2026-04-09T${t}Z`))))
      .toEqual(["4:05", "1:02:30", "0:00", "0:00", "+0:12"]);
    expect([due - 61_000, due - 60_000, due + 1].map((now) => press(due, now))).toEqual(["later", "soon", "over"]);
  });
});

describe("the line in what a desk knows", () => {
  const stop = (reason: string) => ({ id: "s1", reason }) as never;
  const event = (index: number, kind: string, thing: unknown): ChangeEvent => ({ index, at: "", changes: [{ kind, what: "changed", [kind]: thing } as never] });

  it("takes up a STOP, and not one older than what was read", () => {
    const read = fromReading({
      notices: { items: [], index: 5 }, alerts: { items: [], index: 5 }, obligations: { items: [], index: 5 },
      line: { things: { ...NO_LINE, stop: new Map([["s1", stop("read")]]) }, readAt: { stop: 7 } },
    });
    expect(after(read, event(6, "stop", { id: "s1", reason: "old" })).line.stop.get("s1")?.reason).toBe("read");
    expect(after(read, event(8, "stop", { id: "s1", reason: "new" })).line.stop.get("s1")?.reason).toBe("new");
    expect(read.line.stop.get("s1")?.reason).toBe("read");
  });

  it("passes over kinds that it does not know", () => {
    for (const thing of [{ id: "x" }, null, 3]) expect(after(EMPTY, event(1, "hologram", thing)).line).toBe(NO_LINE);
    expect(after(EMPTY, event(1, "stop", undefined)).line).toBe(NO_LINE);
  });
});
