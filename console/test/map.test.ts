import { describe, expect, it } from "vitest";
import type { LineString } from "geojson";
import type { MechanismInfo, Volume } from "../src/lib/api";
import { inverse } from "../src/lib/geodesy";
import { nearest } from "../src/lib/nearest";
import { partyLooks } from "../src/lib/parties";
import { withoutSeam } from "../src/map/basemap";
import { declutter } from "../src/map/declutter";
import { agreementFeatures, conflictFeatures, isLiveAt, noticeFeatures, widthAtZoom0 } from "../src/map/features";
import { hatchPicture } from "../src/map/hatch";
import { alert, notice } from "./samples";

const looks = partyLooks({ parties: [{ id: "alpha", name: "Alpha" }, { id: "bravo", name: "Bravo" }] });
const START = Date.parse("2026-04-09T04:00:00Z");
const END = Date.parse("2026-04-09T05:00:00Z");
const area = { type: "Polygon" as const, coordinates: [[[36, 33], [37, 33], [37, 34], [36, 33]]] };

describe("envelopes on the map", () => {
  it("are live from their start until just before their end", () => {
    const live = (ms: number): unknown => noticeFeatures([notice()], looks, null, ms).features.features[0]?.properties?.["live"];
    expect([START - 1, START, END - 1, END].map(live)).toEqual([false, true, true, false]);
    expect(isLiveAt(null, START)).toBe(false);
  });

  it("of what is over are not drawn, unless somebody looks at just that one", () => {
    const over = notice({ state: "cancelled" });
    expect(noticeFeatures([over], looks, null, START).features.features).toHaveLength(0);
    expect(noticeFeatures([over], looks, "n1", START).features.features).toHaveLength(1);
  });

  it("carry party colour, hatch and letter, and say when they are an exercise", () => {
    const { features, labels } = noticeFeatures([notice({ mode: "exercise" })], looks, null, START);
    const look = looks.get("alpha")!;
    expect(features.features[0]?.properties).toMatchObject({ colour: look.colour, hatch: `hatch-${look.hatch}-${look.colour}`, exercise: true });
    expect(labels[0]).toMatchObject({ letter: "A", text: "EXERCISE · Survey" });
  });

  it("without an envelope are listed but not drawn", () => {
    expect(noticeFeatures([notice({ envelope: null, start: null, end: null })], looks, null, START)).toMatchObject({ labels: [] });
  });

  it("of a trajectory have the true width at every zoom", () => {
    // A band as wide as the equator is long takes all 512 px of zoom 0; at 60° a metre takes twice the pixels.
    expect(widthAtZoom0(40_075_016.686 / 2, 0)).toBeCloseTo(512, 9);
    expect(widthAtZoom0(1000, 60) / widthAtZoom0(1000, 0)).toBeCloseTo(2, 9);
  });
});

describe("conflicts on the map", () => {
  it("show while they are open and have an area", () => {
    const open = alert({ detail: { overlap: area } });
    expect(conflictFeatures([open], null, new Map()).features.features).toHaveLength(1);
    expect(conflictFeatures([{ ...open, cleared_at: "2026-04-09T03:30:00Z" }], null, new Map()).features.features).toHaveLength(0);
    expect(conflictFeatures([alert()], null, new Map()).features.features).toHaveLength(0);
  });
});

describe("a conflict without a common footprint", () => {
  const away = notice({ id: "n2", party: "bravo", envelope: [{ ...(notice().envelope as Volume[])[0]!, footprint: { type: "Point", coordinates: [37.2, 33.5] }, radius_m: 5000 }] });
  const apart = alert({ about: ["n1", "n2"], detail: { overlap: null, lateral_gap_m: 13_540 } });

  it("is the shortest line between the two envelopes, with the gap in words", () => {
    const { features, labels } = conflictFeatures([apart], null, new Map([["n1", notice()], ["n2", away]]));
    expect(labels[0]?.text).toBe("CONFLICT · 13.5 km apart");
    const line = features.features[0]!.geometry as LineString;
    const [from, to] = line.coordinates as [number, number][];
    expect(from![0]).toBeCloseTo(37, 3); // the eastern edge of the triangle
    expect(inverse(to!, [37.2, 33.5]).distance_m).toBeCloseTo(5000, -2);
  });

  it("is the outline of our own where the other may not be seen", () => {
    const { features } = conflictFeatures([{ ...apart, about: ["n1"] }], null, new Map([["n1", notice()]]));
    expect(features.features.map((f) => f.properties?.["kind"])).toEqual(["edge"]);
  });
});

it("the nearest points of two shapes may lie within their edges, and across the antimeridian", () => {
  const square = (w: number, s: number) => ({ type: "Polygon" as const, coordinates: [[[w, s], [w + 1, s], [w + 1, s + 1], [w, s + 1], [w, s]]] });
  expect(nearest(square(178, 0), square(-179, 0.5))?.map((p) => p[0])).toEqual([179, 181]);
  const pair = nearest(square(0, 0), { type: "LineString", coordinates: [[0.5, 1.5], [0.5, 3]] });
  expect(pair).toEqual([[0.5, 1], [0.5, 1.5]]);
});

it("the agreement draws its area, zones, regions, third forces and places", () => {
  const m = {
    area, zones: [{ id: "z", name: "Zone", footprint: area, floor: "SFC", ceiling: "FL100" }], third_forces: [{ name: "F", footprint: area }],
    places: [{ name: "Base", lon: 37, lat: 34 }], regions: [{ region: "coast", footprint: area }],
  } as unknown as MechanismInfo;
  const { features, labels } = agreementFeatures(m);
  expect(features.features.map((f) => f.properties?.["kind"]).sort()).toEqual(["area", "force", "place", "region", "zone"]);
  expect(labels.map((l) => l.text)).toContain("Zone · SFC–FL100");
});

it("hatches join at the edges of their tile, and none is empty or full", () => {
  for (const hatch of ["rising", "falling", "level", "upright", "dots", "waves", "cross"] as const) {
    const { data, width } = hatchPicture(hatch, "#E69F00");
    const covered = Array.from({ length: width * width }, (_, i) => data[i * 4 + 3]!).filter((a) => a > 0).length;
    expect(covered).toBeGreaterThan(5);
    expect(covered).toBeLessThan(width * width * 0.9);
  }
});

it("the cut of the world at the antimeridian is not drawn as a coast", () => {
  expect(withoutSeam([[170, 60], [180, 65], [180, 70], [170, 72]])).toEqual([[[170, 60], [180, 65]], [[180, 70], [170, 72]]]);
  expect(withoutSeam([[180, 65], [180, 70]])).toEqual([]);
});

describe("labels", () => {
  const box = (id: string, x: number, rank = 1) => ({ id, x, y: 100, width: 50, height: 20, rank });

  it("stay where they are when there is room, and give way to more important ones", () => {
    const moves = declutter([box("low", 10, 5), box("high", 0, 0), box("far", 500)]);
    expect([moves.get("high"), moves.get("far")]).toEqual([0, 0]);
    expect(moves.get("low")).toBe(22);
  });

  it("are left out only when a whole stack is full", () => {
    const moves = [...declutter(Array.from({ length: 10 }, (_, i) => box(`l${i}`, 0))).values()];
    expect(moves.filter((m) => m === null).length).toBe(6);
    expect(new Set(moves.filter((m) => m !== null)).size).toBe(4);
  });
});
