import { describe, expect, it } from "vitest";
import { altitudeProblem, formatAltitude, isUpsideDown, parseAltitude } from "../src/lib/altitude";

describe("the altitude grammar", () => {
  it.each([
    ["SFC", "SFC"], ["unl", "UNL"], ["FL250", "FL250"], ["fl 85", "FL85"], ["15000 ft AMSL", "15000 ft AMSL"],
    ["4500m amsl", "4500 m AMSL"], ["300.5 ft AGL", "300.5 ft AGL"], ["-12 m HAE", "-12 m HAE"],
  ])("%s is sent as %s", (typed, sent) => expect(formatAltitude(parseAltitude(typed)!)).toBe(sent));

  it.each(["15000", "15000 ft", "4500 m", "ft AMSL", "FL", "250 FL", "15,000 ft AMSL", "", "1e3 m HAE"])(
    "%j is refused with a sentence", (typed) => {
      expect(parseAltitude(typed)).toBeNull();
      expect(altitudeProblem(typed)).toContain("15000 ft AMSL");
    });

  it("says that the datum is missing when that is what is missing", () => {
    expect(altitudeProblem("15000 ft")).toContain("no datum");
  });

  it.each([
    ["FL100", "FL90", true], ["FL100", "FL100", true], ["300 ft AMSL", "100 m AMSL", false], ["SFC", "SFC", true],
    ["UNL", "UNL", true], ["FL100", "SFC", true], ["5000 ft AMSL", "FL30", false],
  ])("floor %s under ceiling %s: upside down is %s", (floor, ceiling, wrong) =>
    expect(isUpsideDown(parseAltitude(floor)!, parseAltitude(ceiling)!)).toBe(wrong));
});
