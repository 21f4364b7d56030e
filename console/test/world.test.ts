import { describe, expect, it } from "vitest";
import type { ChangeEvent } from "../src/lib/api";
import { after, EMPTY, fromReading, news, shows, withOlder } from "../src/lib/world";
import { alert, notice } from "./samples";

const event = (index: number, ...changes: ChangeEvent["changes"]): ChangeEvent => ({ index, at: "", changes });
const reading = fromReading({
  notices: { items: [notice()], index: 5 }, alerts: { items: [alert()], index: 7 }, obligations: { items: [], index: 6 },
});

describe("what a desk knows", () => {
  it("resumes from the earliest of its readings, so that nothing falls between them", () => {
    expect(reading.index).toBe(5);
  });

  it("does not let an event that is older than a reading undo it", () => {
    const stale = event(6, { kind: "alert", what: "changed", alert: alert({ why: "old" }) });
    expect(after(reading, stale).alerts.get("a1")?.why).toBe("why");
    const fresh = event(6, { kind: "notice", what: "changed", notice: notice({ state: "active" }) });
    expect(after(reading, fresh).notices.get("n1")?.state).toBe("active");
  });

  it("is the same after an event taken twice", () => {
    const e = event(8, { kind: "alert", what: "cleared", alert: alert({ cleared_at: "2026-04-09T03:30:00Z" }) });
    const once = after(reading, e);
    expect(after(once, e)).toEqual(once);
    expect(once.index).toBe(8);
  });

  it("leaves the world before as it was", () => {
    after(reading, event(9, { kind: "notice", what: "heard", notice: notice({ id: "n2" }) }));
    expect(reading.notices.size).toBe(1);
  });

  it("calls out what was raised or has risen, not what cleared", () => {
    const e = event(9, { kind: "alert", what: "raised", alert: alert() }, { kind: "alert", what: "cleared", alert: alert({ id: "a2" }) });
    expect(news(e).map((a) => a.id)).toEqual(["a1"]);
  });

  it("shows exercises only to those in one, and live things always", () => {
    expect(shows(alert({ mode: "exercise" }), "live")).toBe(false);
    expect(shows(alert({ mode: "live" }), "exercise")).toBe(true);
  });

  it("keeps the newer of a notice when older ones are fetched", () => {
    const now = after(EMPTY, event(1, { kind: "notice", what: "changed", notice: notice({ version: 2 }) }));
    const both = withOlder(now, [notice({ version: 1 }), notice({ id: "n0" })]);
    expect([...both.notices.values()].map((n) => [n.id, n.version])).toEqual([["n1", 2], ["n0", 1]]);
  });
});
