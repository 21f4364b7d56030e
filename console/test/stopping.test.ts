import { describe, expect, it } from "vitest";
import type { Stop, StopState } from "../src/lib/line";
import { aimOf, byNeed, movesFor, moveStatement, nextRung, ownRow } from "../src/lib/stopping";
import { EMPTY } from "../src/lib/world";
import { alert, me, notice } from "./samples";

const HEARD = Date.parse("2026-04-09T03:40:00Z");
const RULES = { stop_reply_s: 60, stop_rung_s: 30 };

function stop(state: StopState, change: Partial<Stop> = {}): Stop {
  return {
    id: "s1", from: "alpha.air", party: "alpha", to: [], precedence: "FLASH", mode: "live", reason: "why", about: null, place: null, envelope: null,
    heard_at: "2026-04-09T03:40:00Z", closed_at: null, sides: [{ side: "bravo", state, at: null, by: null }], recipients: [], ...change,
  };
}
const bravo = me("bravo.air", "bravo");
const alpha = me("alpha.air", "alpha");
const mediator = me("mediator.duty", null);

describe("answering a STOP", () => {
  it("offers what the host's table allows from each state, and nothing once ceased or closed", () => {
    expect(movesFor(stop("raised"), bravo)).toEqual(["complying", "cannot_comply", "standby", "units_informed", "ceased"]);
    expect(movesFor(stop("complying"), bravo)).toEqual(["units_informed", "ceased", "cannot_comply"]);
    expect(movesFor(stop("ceased"), bravo)).toEqual([]);
    expect(movesFor(stop("raised", { closed_at: "2026-04-09T03:41:00Z" }), bravo)).toEqual([]);
  });

  it("leaves who raised it only the end of it, and who looks on nothing", () => {
    expect(movesFor(stop("raised"), alpha)).toEqual(["ceased"]);
    expect(movesFor(stop("raised"), mediator)).toEqual([]);
    expect(movesFor(stop("raised"), me("charlie.duty", "charlie"))).toEqual([]);
  });

  it("knows the mediator's row by its desk", () => {
    const asked = stop("raised", { sides: [{ side: "mediator.duty", state: "standby", at: null, by: null }] });
    expect(ownRow(asked, mediator)?.state).toBe("standby");
  });

  it("says an answer as a reply and a step as a step", () => {
    expect(moveStatement(stop("raised"), "standby")).toEqual({ type: "stop_reply", body: { stop: "s1", answer: "standby" } });
    expect(moveStatement(stop("raised"), "ceased")).toEqual({ type: "ceased", body: { stop: "s1" } });
  });

  it("puts what waits for this side before what is newer", () => {
    const newer = stop("complying", { id: "s2", heard_at: "2026-04-09T03:50:00Z" });
    expect([newer, stop("raised")].sort(byNeed(bravo)).map((s) => s.id)).toEqual(["s1", "s2"]);
  });
});

describe("the ladder", () => {
  const at = (s: number) => nextRung(stop("raised"), RULES, HEARD + s * 1000);

  it("names who is next and when, rung by rung, without end", () => {
    expect(at(0)).toEqual({ who: "the desks addressed", dueMs: HEARD + 60_000 });
    expect(at(59.9)?.dueMs).toBe(HEARD + 60_000);
    expect(at(60)).toEqual({ who: "their alternates", dueMs: HEARD + 90_000 });
    expect(at(95)).toEqual({ who: "the mediator", dueMs: HEARD + 120_000 });
    expect(at(1000)?.who).toBe("all of them again");
  });

  it("is over when everybody has answered", () => {
    expect(nextRung(stop("standby"), RULES, HEARD)).toBeNull();
    expect(nextRung(stop("raised"), { stop_reply_s: 60, stop_rung_s: 0 }, HEARD + 70_000)).toBeNull();
  });
});

describe("what a new STOP is about", () => {
  const own = notice({ id: "own", party: "bravo", to: ["alpha"] });
  const other = notice();
  const world = { ...EMPTY, notices: new Map([["n1", other], ["own", own]]) };
  const board = { disclosure: "board" } as const;

  it("is the other side's notice in the conflict in view, and its party", () => {
    const aim = aimOf(world, bravo, board, alert({ about: ["own", "n1"] }), null);
    expect([aim.about, aim.to]).toEqual(["n1", ["alpha"]]);
  });

  it("is the notice in view when no conflict is, and of the notice's mode", () => {
    const aim = aimOf({ ...world, notices: new Map([["n1", notice({ mode: "exercise" })]]) }, bravo, board, null, "n1");
    expect([aim.about, aim.to, aim.mode]).toEqual(["n1", ["alpha"], "exercise"]);
  });

  it("goes to those it was addressed to when it is our own; under broker to every other party, for we do not know who", () => {
    expect(aimOf(world, bravo, board, null, "own").to).toEqual(["alpha"]);
    expect(aimOf(world, bravo, { disclosure: "broker" }, alert({ about: ["own"] }), null).to).toEqual([]);
  });

  it("is nothing in particular, to every other party, when nothing is in view", () => {
    expect(aimOf(world, bravo, board, null, null)).toMatchObject({ about: null, to: [] });
  });
});
