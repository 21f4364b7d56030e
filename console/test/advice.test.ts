import { describe, expect, it } from "vitest";
import { optionInWords, sideTitle } from "../src/lib/advice";
import type { AdviceOption } from "../src/lib/api";
import { notice } from "./samples";

const option = (kind: string, more: Partial<AdviceOption> = {}): AdviceOption => ({
  kind, cost: 1, why: "Clear of everything live.", change: { notice: "n1" }, proposal: null, shift_min: null, floor: null, ceiling: null, rise: null,
  bearing_deg: null, aside_m: null, side: null, ...more,
});

describe("an option in words", () => {
  it.each([
    [option("later", { shift_min: 20 }), "20 min later"],
    [option("earlier", { shift_min: -95 }), "1 h 35 min earlier"],
    [option("later", { shift_min: 120 }), "2 h later"],
    [option("up", { floor: "FL210", ceiling: "FL260", rise: "1000 ft" }), "up to FL210–FL260"],
    [option("down", { rise: "250 m" }), "250 m down"],
    [option("raise_floor", { floor: "2500 ft AMSL" }), "floor raised to 2500 ft AMSL"],
    [option("lower_ceiling", { ceiling: "FL130" }), "ceiling lowered to FL130"],
    [option("aside", { bearing_deg: 45, aside_m: 4200 }), "4.2 km north-east"],
    [option("aside", { bearing_deg: 0, aside_m: 300 }), "300 m north"],
    [option("detour", { side: "left", aside_m: 5000 }), "a detour 5 km to the left of its line"],
    [option("later+up", { shift_min: 50, floor: "FL150", ceiling: "FL200", rise: "5000 ft" }), "50 min later, up to FL150–FL200"],
  ])("%# is plain", (given, words) => {
    expect(optionInWords(given)).toBe(words);
  });

  it("of a kind that this page does not know is the host's own sentence", () => {
    expect(optionInWords(option("tunnel"))).toBe("Clear of everything live.");
  });
});

describe("whose options they are", () => {
  const side = { notice: "n1", party: "alpha", options: [], cut: false };
  it("is plain to the party and to the mediator", () => {
    const own = notice({ id: "n1", title: "Mapping" });
    expect(sideTitle(side, own, "alpha")).toBe("Change «Mapping», any one of:");
    expect(sideTitle(side, own, null)).toBe("alpha: change «Mapping», any one of:");
    expect(sideTitle(side, undefined, null)).toBe("alpha: change n1, any one of:");
  });
});
