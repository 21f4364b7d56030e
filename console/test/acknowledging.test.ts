import { describe, expect, it } from "vitest";
import { aboutToAcknowledge, awaitsPerson, furthest, isAddressed, isMine, isSeen, levelsLeft } from "../src/lib/acknowledging";
import { EMPTY } from "../src/lib/world";
import { alert, me, notice, recipient } from "./samples";

const bravo = me("bravo.air", "bravo");
const ground = me("bravo.ground", "bravo");
const mediator = me("mediator.duty", null);

describe("acknowledging", () => {
  it("is owed by the addressed party, until one desk of it has seen the notice", () => {
    expect(awaitsPerson(notice(), bravo)).toBe(true);
    expect(awaitsPerson(notice(), ground)).toBe(true);
    expect(awaitsPerson(notice({ recipients: [recipient("bravo.air", "person")] }), ground)).toBe(false);
    expect(awaitsPerson(notice({ state: "cancelled" }), bravo)).toBe(false);
  });

  it("is not owed by the sender, nor by a mediator who only looks on", () => {
    expect(isMine(notice(), me("alpha.ground", "alpha"))).toBe(true);
    expect(isMine(notice({ party: null }), mediator)).toBe(false);
    for (const one of [me("alpha.air", "alpha"), mediator, me("charlie.duty", "charlie")]) {
      expect(awaitsPerson(notice(), one)).toBe(false);
      expect(levelsLeft(notice(), one)).toEqual([]);
    }
  });

  it("falls to the mediator where it is the recipient, as under broker", () => {
    const brokered = notice({ recipients: [recipient("mediator.duty", "delivered", null)] });
    expect(isAddressed(brokered, mediator)).toBe(true);
    expect(awaitsPerson(brokered, mediator)).toBe(true);
    expect(awaitsPerson(brokered, bravo)).toBe(false);
  });

  it("goes by one desk's own grade: what it has said it need not say again", () => {
    const seen = notice({ recipients: [recipient("bravo.air", "person"), recipient("bravo.ground", "delivered")] });
    expect(levelsLeft(seen, bravo)).toEqual(["understood", "not_understood"]);
    expect(levelsLeft(seen, ground)).toEqual(["person", "understood", "not_understood"]);
  });

  it("shows a party by the desk that came furthest", () => {
    const rows = [recipient("bravo.ground", "delivered"), recipient("bravo.air", "understood"), recipient("charlie.duty", "disseminated")];
    expect(furthest(rows, "bravo")?.desk).toBe("bravo.air");
    expect(furthest(rows, "delta")).toBeNull();
  });

  it("with one press takes the alert and the notices in it that this party has not seen", () => {
    const world = { ...EMPTY, notices: new Map([["n1", notice()], ["n2", notice({ id: "n2", party: "bravo", recipients: [recipient("alpha.air", "delivered")] })]]) };
    const both = aboutToAcknowledge(alert({ about: ["n1", "n2", "gone"] }), world, bravo);
    expect(both.notices.map((n) => n.id)).toEqual(["n1"]);
  });

  it("of an alert counts for the desk that did it, by the host's word or its own", () => {
    const told = alert({ acknowledged: [{ desk: "bravo.air", level: "person", at: "2026-04-09T03:41:00Z" }] });
    expect(isSeen(told, bravo, new Set())).toBe(true);
    expect(isSeen(told, ground, new Set())).toBe(false);
    expect(isSeen(alert(), ground, new Set(["a1"]))).toBe(true);
  });
});
