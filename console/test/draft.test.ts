import { describe, expect, it } from "vitest";
import { bodyOf, type Draft, emptyDraft, fieldFor, noticeStatement } from "../src/lib/draft";

const NOW = Date.UTC(2026, 3, 9, 3, 40);
const good: Draft = { ...emptyDraft(NOW, ["bravo"]), points: "33, 36\n33, 37\n34, 37", floor: "SFC", ceiling: "fl100" };

describe("the form", () => {
  it("starts two hours ahead and lasts an hour", () => {
    expect([good.start, good.end]).toEqual(["2026-04-09 05:45", "2026-04-09 06:45"]);
  });

  it("makes the body that the contract asks for: longitude first, ring closed, heights in its notation", () => {
    const { body, problems } = bodyOf({ ...good, title: " Box ", place: "Base", withinKm: "5" });
    expect(problems).toEqual({});
    expect(body).toEqual({
      activity: "fixed_wing", title: "Box", place: { name: "Base", within_km: 5 },
      envelope: [{
        footprint: { type: "Polygon", coordinates: [[[36, 33], [37, 33], [37, 34], [36, 33]]] },
        floor: "SFC", ceiling: "FL100", start: "2026-04-09T05:45:00Z", end: "2026-04-09T06:45:00Z",
      }],
    });
  });

  it("makes discs and corridors with their extent in metres", () => {
    const disc = bodyOf({ ...good, shape: "disc", points: "33N 36E", radius: "5 km" }).body?.envelope;
    expect(disc).toMatchObject([{ footprint: { type: "Point", coordinates: [36, 33] }, radius_m: 5000 }]);
    const way = bodyOf({ ...good, shape: "corridor", points: "33, 36\n34, 36", halfWidth: "1 NM" }).body?.envelope;
    expect(way).toMatchObject([{ footprint: { type: "LineString", coordinates: [[36, 33], [36, 34]] }, half_width_m: 1852 }]);
  });

  it.each<[Partial<Draft>, string]>([
    [{ points: "33, 36\n33, 37" }, "points"], [{ points: "33, 36\nhere" }, "points"], [{ floor: "5000" }, "floor"],
    [{ ceiling: "SFC" }, "ceiling"], [{ start: "soon" }, "start"], [{ end: good.start }, "end"], [{ to: [] }, "to"],
    [{ place: "Base" }, "withinKm"], [{ shape: "disc", points: "33, 36", radius: "wide" }, "radius"],
    [{ shape: "corridor", halfWidth: "0" }, "halfWidth"], [{ shape: "disc" }, "points"],
  ])("%j is held back, with a sentence at «%s»", (change, field) => {
    const { body, problems } = bodyOf({ ...good, ...change });
    expect(body).toBeNull();
    expect(Object.keys(problems)).toEqual([field]);
  });

  it("names every problem at once", () => {
    expect(Object.keys(bodyOf(emptyDraft(NOW, [])).problems).sort()).toEqual(["ceiling", "floor", "points", "to"]);
  });

  it("takes a region by its name alone", () => {
    expect(bodyOf({ ...good, place: "the coast" }, new Set(["the coast"])).body?.place).toEqual({ region: "the coast" });
  });

  it.each([
    ["body.envelope[0].footprint.coordinates", "points"], ["body.envelope[0].radius_m", "radius"], ["body.envelope[0].floor", "floor"],
    ["body.envelope[0].end", "end"], ["body.envelope", "points"], ["body.place.name", "place"], ["body.place.within_km", "withinKm"],
    ["body.activity", "activity"], ["body.title", "title"], ["to[0]", "to"], ["precedence", "precedence"], ["serial", "form"], [undefined, "form"],
  ])("a refusal about %s is shown at «%s»", (server, field) => expect(fieldFor(server)).toBe(field));

  it("says whom it is from and to, and in which mode", () => {
    const said = noticeStatement("id-1", good, bodyOf(good).body!, { mechanism: "m", desk: "alpha.air", mode: "exercise" });
    expect(said).toMatchObject({ id: "id-1", type: "notice", from: "alpha.air", to: ["bravo"], mode: "exercise", refs: [] });
  });
});
