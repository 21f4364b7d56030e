import { describe, expect, it } from "vitest";
import { type Line, lineOf, NO_LINE } from "../src/lib/line";
import { accidentsOwed, claimsLeft, figuresInWords, mayResume, observations, standing, toAnswer, whereOf } from "../src/lib/watching";
import { EMPTY } from "../src/lib/world";
import { me } from "./samples";

const bravo = me("bravo.air", "bravo");
const mediator = me("mediator.duty", null);
const at = (minute: number): string => `2026-04-09T03:${String(minute).padStart(2, "0")}:00Z`;
const world = (line: Partial<Line>) => ({ ...EMPTY, line: { ...NO_LINE, ...line } });
const suspended = (side: string, change = {}) => ({ side, by: `${side}.air`, mode: "live", reason: "", since: at(1), ended_at: null, ...change }) as never;
const seen = (id: string, minute: number, answers: unknown[] = [], mode = "live") => ({ id, heard_at: at(minute), answers, mode }) as never;

describe("suspension", () => {
  it("stands until it is ended, and is ended by its own side or the mediator", () => {
    const line = lineOf({ suspension: [suspended("alpha", { ended_at: at(5) }), suspended("alpha", { since: at(9) }), suspended("bravo", { since: at(7) })] });
    const found = standing(world(line), "live");
    expect(found.map((s) => [s.side, s.since])).toEqual([["bravo", at(7)], ["alpha", at(9)]]);
    expect(found.map((s) => [mayResume(s, bravo), mayResume(s, mediator)])).toEqual([[true, true], [false, true]]);
  });
});

describe("line tests", () => {
  it("are to be answered by the side tested, once, the oldest first", () => {
    const test = (id: string, minute: number, replies: unknown[] = []) => ({ id, mode: "live", sides: ["bravo"], replies, heard_at: at(minute) }) as never;
    const all = world(lineOf({ line_test: [test("t2", 9), test("t1", 3), test("done", 1, [{ side: "bravo" }])] }));
    expect(toAnswer(all, bravo, "live").map((t) => t.id)).toEqual(["t1", "t2"]);
    expect(toAnswer(all, me("alpha.air", "alpha"), "live")).toEqual([]);
  });

  it("add up to a sentence that hides no missed one", () => {
    const figures = { tester: "a", tested: "b", sent: 3, answered: 2, late: 1, missed: 1, slowest_s: 4.21, last_sent_at: null, last_answered_at: at(40) };
    expect(figuresInWords(figures)).toBe("3 sent, 2 answered (1 late), 1 MISSED; slowest 4.2 s; last answered 03:40Z");
    expect(figuresInWords({ ...figures, answered: 0, late: 0, missed: 0, last_answered_at: null })).toBe("3 sent, 0 answered; never answered");
  });
});

describe("what was seen", () => {
  it("is listed the latest first, an exercise's only to those in one", () => {
    const all = world(lineOf({ observation: [seen("o1", 1), seen("o2", 2), seen("ox", 3, [], "exercise")] }));
    expect(observations(all, "live").map((o) => o.id)).toEqual(["o2", "o1"]);
    expect(observations(all, "exercise")).toHaveLength(3);
  });

  it("may be claimed or not by each party, which may change its mind; the mediator is no party", () => {
    expect(claimsLeft(seen("o", 1), bravo)).toEqual(["claim", "disclaim"]);
    expect(claimsLeft(seen("o", 1, [{ party: "bravo", is_ours: false }]), bravo)).toEqual(["claim"]);
    expect(claimsLeft(seen("o", 1, [{ party: "alpha", is_ours: true }]), bravo)).toEqual(["claim", "disclaim"]);
    expect(claimsLeft(seen("o", 1), mediator)).toEqual([]);
  });
});

describe("an accident", () => {
  it("stands before the side that owes its acknowledgement until that is given", () => {
    const owed = { id: "o", kind: "ack", desk_or_party: "bravo", about: "x", subject: "x", due_at: at(9), met_at: null, state: "open" } as const;
    const all = { ...world(lineOf({ accident: [{ id: "x", mode: "live" }] as never })), obligations: new Map([["o", owed]]) };
    expect(accidentsOwed(all, bravo, "live")).toHaveLength(1);
    expect(accidentsOwed(all, me("alpha.air", "alpha"), "live")).toEqual([]);
    expect(accidentsOwed({ ...all, obligations: new Map([["o", { ...owed, state: "met" }]]) } as never, bravo, "live")).toEqual([]);
  });

  it("says where, by position and place", () => {
    expect(whereOf({ position: { lon: 36.3, lat: 33.5, altitude: null }, place: { name: "Base", within_km: 3 } })).toMatch(/33\.5.*36\.3.*within 3 km of Base/);
  });
});
