import { describe, expect, it } from "vitest";
import { changesOf, draftOf } from "../src/lib/amending";
import type { Notice, Volume } from "../src/lib/api";
import { bodyOf, type Draft } from "../src/lib/draft";
import { notice } from "./samples";

const volume: Volume = {
  footprint: { type: "Polygon", coordinates: [[[36.123456789, 33], [37, 33], [37, 34], [36.123456789, 33]]] },
  floor: "SFC", ceiling: "FL100", start: "2026-04-09T04:00:00.250Z", end: "2026-04-09T05:00:00Z",
};

function changes(stands: Notice, change: Partial<Draft>): Record<string, unknown> {
  const draft = draftOf(stands, ["bravo"])!;
  const before = bodyOf(draft).body!;
  return changesOf(stands, before, bodyOf({ ...draft, ...change }).body!);
}

describe("an amendment by hand", () => {
  const stands = notice({ envelope: [volume], remarks: "low", place: { name: "Base", within_km: 5 } });

  it("changes nothing when nothing was touched", () => {
    expect(changes(stands, {})).toEqual({});
  });

  it("leaves to the last digit what the form shows rounded", () => {
    expect(changes(stands, { ceiling: "FL120" })).toEqual({ envelope: [{ ...volume, ceiling: "FL120" }] });
    expect(changes(stands, { end: "2026-04-09 06:00" })).toEqual({ envelope: [{ ...volume, end: "2026-04-09T06:00:00Z" }] });
  });

  it("takes away what was emptied and names what was added", () => {
    expect(changes(stands, { remarks: "", purpose: "medevac", readBack: true })).toEqual({ remarks: null, purpose: "medevac", read_back: true });
    expect(changes(stands, { place: "" })).toEqual({ place: null });
  });

  it("goes to whom the notice went to: to every other party where it named nobody", () => {
    expect(draftOf(notice({ to: [] }), ["bravo", "charlie"])!.to).toEqual(["bravo", "charlie"]);
    expect(draftOf(notice({ to: ["bravo.air"] }), ["bravo", "charlie"])!.to).toEqual(["bravo.air"]);
  });

  it("drops the radius of a disc that has become an area", () => {
    const disc = notice({ envelope: [{ ...volume, footprint: { type: "Point", coordinates: [36, 33] }, radius_m: 5556.5 }] });
    expect(changes(disc, { ceiling: "FL120" })).toMatchObject({ envelope: [{ radius_m: 5556.5 }] });
    const [changed] = changes(disc, { shape: "polygon", points: "33, 36\n33, 37\n34, 37" }).envelope as Volume[];
    expect(changed!.footprint.type).toBe("Polygon");
    expect(changed).not.toHaveProperty("radius_m");
  });

  it.each([
    { envelope: [volume, volume] },
    { envelope: null },
    { envelope: [{ ...volume, footprint: { type: "Polygon" as const, coordinates: [...(volume.footprint as { coordinates: number[][][] }).coordinates, []] } }] },
    { place: { name: "Base", bearing: "SW", distance_km: [3, 6] as [number, number] } },
  ])("is not offered where the form cannot hold the notice", (change) => {
    expect(draftOf(notice(change), ["bravo"])).toBeNull();
  });
});
