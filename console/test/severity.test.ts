import { describe, expect, it } from "vitest";
import { sorted } from "../src/lib/severity";
import { alert } from "./samples";

describe("the order of alerts", () => {
  it("is: not acknowledged, then severe, then new; whatever order they came in", () => {
    const all = [
      alert({ id: "seen-warning", severity: "warning" }),
      alert({ id: "advisory", severity: "advisory" }),
      alert({ id: "old-warning", severity: "warning", raised_at: "2026-04-09T02:00:00Z" }),
      alert({ id: "new-warning", severity: "warning", raised_at: "2026-04-09T03:30:00Z" }),
      alert({ id: "caution" }),
    ];
    const want = ["new-warning", "old-warning", "caution", "advisory", "seen-warning"];
    const seen = (a: { id: string }): boolean => a.id.startsWith("seen");
    expect(sorted(all, seen).open.map((a) => a.id)).toEqual(want);
    expect(sorted(all.toReversed(), seen).open.map((a) => a.id)).toEqual(want);
  });

  it("counts an alert from when it rose", () => {
    const risen = alert({ id: "risen", raised_at: "2026-04-09T01:00:00Z", risen_at: "2026-04-09T03:30:00Z" });
    expect(sorted([alert(), risen], () => false).open.map((a) => a.id)).toEqual(["risen", "a1"]);
  });

  it("puts the cleared apart, last cleared first", () => {
    const { open, cleared } = sorted(
      [alert({ id: "x", cleared_at: "2026-04-09T03:10:00Z" }), alert({ id: "y", cleared_at: "2026-04-09T03:20:00Z" })], () => false);
    expect(open).toEqual([]);
    expect(cleared.map((a) => a.id)).toEqual(["y", "x"]);
  });
});
