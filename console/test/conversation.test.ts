import { describe, expect, it } from "vitest";
import { belongs, changeInWords, changeOf, conflictName, formatDtg, inOrder, inWords, isForUs, threadOf, threadOfNotice } from "../src/lib/conversation";
import type { Heard, Proposal } from "../src/lib/line";
import { found, keepLanguage, keptLanguage, type PhraseBook } from "../src/lib/phrases";
import { EMPTY } from "../src/lib/world";
import { alert, me, notice } from "./samples";

const bravo = me("bravo.air", "bravo");
const mediator = me("mediator.duty", null);
const parties = [{ id: "alpha", name: "Alpha" }, { id: "bravo", name: "Bravo" }];
const world = { ...EMPTY, notices: new Map([["n1", notice()], ["n2", notice({ id: "n2", party: "bravo", to: ["alpha"] })]]) };
const conflict = alert({ about: ["n1", "n2"] });
const said = (type: string, body: Record<string, unknown>, index = 1): Heard => ({ id: `s${index}`, type, body, index }) as unknown as Heard;
const board = { disclosure: "board", parties } as const;
const broker = { disclosure: "broker", parties } as const;

describe("whom to talk to", () => {
  it("is the other party and the mediator; under broker a party talks to the mediator alone, who talks to each", () => {
    expect(threadOf(conflict, world, bravo, board).others).toEqual(["alpha", "mediator.duty"]);
    expect(threadOf(conflict, world, bravo, broker).others).toEqual(["mediator.duty"]);
    expect(threadOf(conflict, world, mediator, broker).others).toEqual(["alpha", "bravo"]);
    expect(threadOfNotice(notice(), bravo, "board").others).toEqual(["alpha", "mediator.duty"]);
    expect(threadOfNotice(world.notices.get("n2")!, bravo, "broker").others).toEqual(["mediator.duty"]);
  });
});

describe("a conversation", () => {
  const thread = threadOf(conflict, world, bravo, board);

  it("is what names its conflict, by its alert or its two notices in either order, or a proposal in it", () => {
    expect(belongs(said("message", { about: "a1" }), thread, new Set())).toBe(true);
    expect(belongs(said("propose", { about: "n2~n1" }), thread, new Set())).toBe(true);
    expect(belongs(said("accept", { about: "p1" }), thread, new Set(["p1"]))).toBe(true);
    for (const body of [{ about: "n1" }, { about: "p2" }, {}]) expect(belongs(said("message", body), thread, new Set(["p1"]))).toBe(false);
  });

  it("stands in the order of hearing, each statement once", () => {
    expect(inOrder([said("message", {}, 3), said("message", {}, 1), said("message", {}, 3)]).map((s) => s.index)).toEqual([1, 3]);
  });

  it("says calls and answers in words", () => {
    expect(inWords(said("call", { to: "alpha", result: "unanswered" }), () => "Alpha")).toBe("telephone call to Alpha: unanswered");
    expect(inWords(said("decline", { reason: "too late" }), String)).toBe("DECLINED the proposal: too late");
    expect(inWords(said("hologram", {}), String)).toBe("hologram");
  });

  it("gives the time as a date-time group", () => {
    expect(formatDtg(Date.parse("2026-04-09T13:40:59Z"))).toBe("091340Z APR 26");
  });
});

describe("a proposal", () => {
  it("is said as what changes", () => {
    expect(changeInWords({ notice: "n1", shift_min: -20, ceiling: "2500 ft AMSL" }, 0)).toBe("20 min earlier, ceiling 2500 ft AMSL");
  });

  it("names the conflict by its notices, and under broker by its alert, which tells nothing of the other's", () => {
    expect(conflictName(conflict, "board")).toBe("n1~n2");
    expect(conflictName(conflict, "broker")).toBe("a1");
  });

  it("holds what was typed, and is none when nothing changes", () => {
    expect(changeOf("n1", { shift: "−15", floor: "", ceiling: " FL90 " }).change).toEqual({ notice: "n1", shift_min: -15, ceiling: "FL90" });
    expect(changeOf("n1", { shift: "soon", floor: "", ceiling: "" })).toMatchObject({ change: null, problem: expect.stringContaining("no number") });
    expect(changeOf("n1", { shift: "", floor: "", ceiling: "" }).change).toBeNull();
  });

  it("is answered by the side that it was put to, while it is open", () => {
    const open = { state: "open", to_answer: "bravo" } as Proposal;
    expect(isForUs(open, bravo)).toBe(true);
    expect(isForUs(open, me("alpha.air", "alpha"))).toBe(false);
    expect(isForUs({ ...open, state: "lapsed" }, bravo)).toBe(false);
  });
});

describe("phrases", () => {
  const phrase = (code: string, group: string, text: string) => ({ code, group, text, about: false, gloss: "gloss", when: "" });
  const book: PhraseBook = { lang: "he", name: "", dir: "rtl", note: "", phrases: [phrase("KC41", "people", "זה לא שלנו"), phrase("ZL1", "receipt", "קיבלתי")] };

  it("are found by code, wording or gloss, by group in the book's order", () => {
    expect(found(book, "").map((g) => g.group)).toEqual(["receipt", "people"]);
    expect(found(book, "לא").flatMap((g) => g.phrases.map((p) => p.code))).toEqual(["KC41"]);
    expect(found(book, "zl gloss").flatMap((g) => g.phrases.map((p) => p.code))).toEqual(["ZL1"]);
  });

  it("are read in the language that was kept, and in English when none was, or none that exists", () => {
    const kept = new Map<string, string>();
    const storage = { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) };
    expect(keptLanguage(storage)).toBe("en");
    keepLanguage(storage, "ar");
    expect(keptLanguage(storage)).toBe("ar");
    kept.set("keepclear.lang", "tlh");
    expect(keptLanguage(storage)).toBe("en");
  });
});
