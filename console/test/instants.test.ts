import { describe, expect, it } from "vitest";
import { formatInstant, formatSpan, formatWindow, HOUR, MINUTE, parseInstant, roundUp, withReadableTimes } from "../src/lib/instants";

const AT = Date.UTC(2026, 3, 9, 13, 40);

describe("instants", () => {
  it.each([
    "2026-04-09T13:40:00Z", "2026-04-09 13:40", "2026-04-09 13:40Z", "2026-04-09T16:40:00+03:00", "091340ZAPR26",
    "09 1340Z apr 26", "2026-04-09T08:10-05:30",
  ])("%s is the same instant in whatever form it was typed", (text) => expect(parseInstant(text)).toBe(AT));

  it.each(["", "13:40", "2026-02-30 10:00", "2026-04-09 24:00", "2026-13-01 00:00", "321340ZAPR26", "tomorrow"])(
    "%j is no instant", (text) => expect(parseInstant(text)).toBeNull());

  it("writes fractions only when there are some", () => {
    expect(formatInstant(AT)).toBe("2026-04-09T13:40:00Z");
    expect(formatInstant(AT + 250)).toBe("2026-04-09T13:40:00.250Z");
    expect(parseInstant(formatInstant(AT + 250))).toBe(AT + 250);
  });

  it("names the day of a window whenever it is not today", () => {
    expect(formatWindow(AT, AT + HOUR, AT)).toBe("13:40–14:40Z");
    expect(formatWindow(AT, AT + 12 * HOUR, AT)).toBe("13:40–10 APR 01:40Z");
    expect(formatWindow(AT + 24 * HOUR, AT + 25 * HOUR, AT)).toBe("10 APR 13:40–14:40Z");
  });

  it.each([[-5, "0 s"], [59_999, "59 s"], [60_000, "1 min"], [65 * MINUTE, "1 h 05 min"], [50 * HOUR, "2 d 2 h"]])(
    "%d ms is said as %s", (ms, said) => expect(formatSpan(ms)).toBe(said));

  it("reads the host's sentences to the officer in short", () => {
    const said = "They conflict from 2026-04-09T14:00:00Z to 2026-04-10T02:00:05Z.";
    expect(withReadableTimes(said, AT)).toBe("They conflict from 14:00Z to 10 APR 2026 02:00:05Z.");
  });

  it("rounds up to a step and leaves a whole step alone", () => {
    expect(roundUp(AT + 1, 15 * MINUTE)).toBe(Date.UTC(2026, 3, 9, 13, 45));
    expect(roundUp(Date.UTC(2026, 3, 9, 13, 45), 15 * MINUTE)).toBe(Date.UTC(2026, 3, 9, 13, 45));
  });
});
