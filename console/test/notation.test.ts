import { describe, expect, it } from "vitest";
import type { Envelope, FootprintGeometry } from "../src/lib/api";
import { Client, LinkDown } from "../src/lib/client";
import { formatDtgWindow, formatLocal, formatLocalWindow, Notations, spotOf } from "../src/lib/notation";
import { HOUR } from "../src/lib/instants";

const AT = Date.UTC(2026, 3, 9, 13, 40);
const volume = (footprint: FootprintGeometry) => ({ footprint, floor: "SFC", ceiling: "FL100", start: "", end: "" });
const ring = [[36, 33], [37, 33], [37, 34], [36, 33]];

describe("the position that stands for an envelope", () => {
  it.each<[string, FootprintGeometry]>([
    ["Centre", { type: "Point", coordinates: [36, 33] }],
    ["First position of the line", { type: "LineString", coordinates: ring }],
    ["First position of the ring", { type: "Polygon", coordinates: [ring] }],
    ["First position of the first ring", { type: "MultiPolygon", coordinates: [[ring]] }],
  ])("%s", (says, footprint) => {
    expect(spotOf([volume(footprint)])).toEqual({ says, at: [36, 33] });
    expect(spotOf([volume(footprint), volume({ type: "Point", coordinates: [1, 2] })])).toEqual({ says: `${says}, part 1`, at: [36, 33] });
  });

  it("is the beginning of a track, and none where there is no envelope", () => {
    const track: Envelope = { type: "MovingPoint", datetimes: [], coordinates: [[36, 33, 900], [37, 34, 900]], lateral_m: 1, vertical_m: 1, time_s: 1 };
    expect(spotOf(track)).toEqual({ says: "First position of the track", at: [36, 33] });
    expect(spotOf(null)).toBeNull();
    expect(spotOf([])).toBeNull();
  });

  it("has a longitude as the host takes it", () => {
    expect(spotOf([volume({ type: "Point", coordinates: [181, 10] })])?.at).toEqual([-179, 10]);
  });
});

describe("windows as they are read out", () => {
  it("has the time of a zone with its offset", () => {
    expect(formatLocal(AT, "Asia/Baku")).toBe("17:40 +04:00");
    expect(formatLocal(AT, "UTC")).toBe("13:40 +00:00");
    expect(formatLocal(AT, "America/St_Johns")).toBe("11:10 -02:30");
    expect(formatLocal(Date.UTC(2026, 3, 9, 20), "Asia/Baku")).toBe("00:00 +04:00");
  });

  it("names the other day, and both offsets where the clocks are changed in between", () => {
    expect(formatLocalWindow(AT, AT + HOUR, "Asia/Baku")).toBe("09 APR 17:40–18:40 +04:00");
    expect(formatLocalWindow(AT, AT + 8 * HOUR, "Asia/Baku")).toBe("09 APR 17:40–10 APR 01:40 +04:00");
    const before = Date.UTC(2026, 2, 29, 0, 30);
    expect(formatLocalWindow(before, before + HOUR, "Europe/Berlin")).toBe("29 MAR 01:30 +01:00–03:30 +02:00");
  });

  it("cuts no second off a window", () => {
    expect(formatDtgWindow(AT + 59_000, AT + HOUR)).toBe("091340Z APR 26 – 091440Z APR 26");
    expect(formatDtgWindow(AT, AT + HOUR + 1)).toBe("091340Z APR 26 – 091441Z APR 26");
  });
});

describe("what the host writes", () => {
  const position = { lon: 36, lat: 33, resolution_m: 0, decimal: "33.00000N 036.00000E", dms: "d", mgrs: "m" };

  it("is asked for once, and again after it could not be had", async () => {
    const asked: string[] = [];
    const answers = [() => Promise.reject(new TypeError("no network")), () => Promise.resolve(Response.json({ position, time: null }))];
    const notations = new Notations(new Client("t", (path) => {
      asked.push(String(path));
      return answers[Math.min(asked.length, answers.length) - 1]!();
    }));
    await expect(notations.of([36, 33])).rejects.toBeInstanceOf(LinkDown);
    expect(await notations.of([36, 33])).toEqual(position);
    expect(await notations.of([36, 33])).toEqual(position);
    expect(asked).toEqual(["/v1/notation?lon=36&lat=33", "/v1/notation?lon=36&lat=33"]);
    await notations.of([36, 33.5]);
    expect(asked).toHaveLength(3);
  });
});
