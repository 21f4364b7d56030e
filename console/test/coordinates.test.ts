import { describe, expect, it } from "vitest";
import { formatDecimal, formatDms, formatPositions, parseLength, parsePosition, parsePositions, wrapLon } from "../src/lib/coordinates";

describe("positions", () => {
  it.each([
    "33.5, 36.3", "33.5 36.3", "33.5N 36.3E", "36.3E 33.5N", "33°30'N 036°18'E", "33 30 00 N, 036 18 00 E",
    "33°30′00″N 036°18′00″E", "N33.5 E36.3",
  ])("%s is 33.5 north, 36.3 east", (text) => {
    const p = parsePosition(text);
    expect(p?.[0]).toBeCloseTo(36.3, 9);
    expect(p?.[1]).toBeCloseTo(33.5, 9);
  });

  it.each(["", "33.5", "91, 10", "10, 181", "33.5N 36.3N", "33.5E 36.3E", "33°61'N 036°00'E", "-33.5S 36.3E", "a, b"])(
    "%j is no position", (text) => expect(parsePosition(text)).toBeNull());

  it("takes south and west as negative", () => {
    expect(parsePosition("12.5S 77.25W")).toEqual([-77.25, -12.5]);
    expect(parsePosition("-12.5, -77.25")).toEqual([-77.25, -12.5]);
  });

  it("names the line that is wrong and skips empty ones", () => {
    expect(parsePositions("33.5, 36.3\n\nnowhere\n")).toEqual({ points: [[36.3, 33.5]], bad: 3 });
  });

  it("reads its own writing", () => {
    const points: [number, number][] = [[36.3, 33.5], [-179.99999, -0.5], [180, 12]];
    const read = parsePositions(formatPositions(points));
    expect(read.bad).toBeNull();
    expect(read.points).toEqual([[36.3, 33.5], [-179.99999, -0.5], [-180, 12]]);
  });

  it("shows degrees both ways, rounding without a 60", () => {
    expect(formatDecimal([36.3, -3.5])).toBe("03.50000 S  036.30000 E");
    expect(formatDms([-36.3, 33.5])).toBe("33°30′00″N 036°18′00″W");
    expect(formatDms([10.9999999, 0])).toBe("00°00′00″N 011°00′00″E");
  });

  it("brings every longitude into one turn", () => {
    expect([181, -181, 540, 179, -180].map(wrapLon)).toEqual([-179, 179, -180, 179, -180]);
  });

  it.each([["5000", 5000], ["5 km", 5000], ["2.5NM", 4630], ["0", null], ["-3 km", null], ["far", null]])(
    "%s is %s metres", (text, metres) => expect(parseLength(text)).toBe(metres));
});
