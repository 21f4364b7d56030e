import { describe, expect, it } from "vitest";
import { lacksInWords, owesReadBack } from "../src/lib/acknowledging";
import { blanks, differenceInWords, fieldInWords, fieldOfRefusal, levelFor, readBackOf } from "../src/lib/readBack";
import { me, notice, recipient } from "./samples";

const blank = { positions: "", size: "", floor: "", ceiling: "", start: "", end: "" };

describe("a read-back", () => {
  it("begins blank: nothing of what was sent stands in it", () => {
    expect(blanks(notice())).toEqual([{ shape: "polygon", ...blank }]);
  });

  it("sends what was typed as it was typed, and leaves out what was not heard", () => {
    const { body } = readBackOf([{ shape: "disc", ...blank, positions: " 40°06′S 148°03′E ", size: "3 NM", ceiling: "flight level 90" }]);
    expect(body).toEqual({ envelope: [{ footprint: { type: "Point", coordinates: "40°06′S 148°03′E" }, radius_m: 5556, ceiling: "flight level 90" }] });
  });

  it("reads corners one a line, and another part after an empty line", () => {
    const shape = (positions: string) => (readBackOf([{ shape: "polygon", ...blank, positions }]).body!.envelope[0] as { footprint: unknown }).footprint;
    expect(shape("a\nb\nc\n")).toEqual({ type: "Polygon", coordinates: ["a", "b", "c"] });
    expect(shape("a\nb\nc\n\nd\ne\nf")).toEqual({ type: "MultiPolygon", coordinates: [["a", "b", "c"], ["d", "e", "f"]] });
  });

  it("is not sent with a size that is no length, or with nothing in it", () => {
    expect(readBackOf([{ shape: "disc", ...blank, size: "wide" }])).toMatchObject({ body: null, problems: { "0.size": expect.stringContaining("no length") } });
    expect(readBackOf([{ shape: "disc", ...blank }]).body).toBeNull();
  });

  it("puts a refusal at the field that the host names", () => {
    expect(fieldOfRefusal("body.read_back.envelope[1].floor")).toBe("1.floor");
    expect(fieldOfRefusal("body.read_back.envelope[0].footprint.coordinates[2]")).toBe("0.positions");
    expect(fieldOfRefusal("body.read_back.envelope[0].radius_m")).toBe("0.size");
    expect(fieldOfRefusal("serial")).toBeNull();
  });

  it("claims no understanding that was not said", () => {
    expect([levelFor("delivered"), levelFor("person"), levelFor("understood")]).toEqual(["person", "person", "understood"]);
  });

  it("is owed until one desk's agrees", () => {
    const asked = notice({ read_back: true });
    const bravo = me("bravo.air", "bravo");
    expect(owesReadBack(asked, bravo)).toBe(true);
    expect(owesReadBack(notice(), bravo)).toBe(false);
    const said = (read_back: "matched" | "mismatched") => notice({ read_back: true, recipients: [{ ...recipient("bravo.ground", "person"), read_back }] });
    expect(owesReadBack(said("mismatched"), bravo)).toBe(true);
    expect(owesReadBack(said("matched"), bravo)).toBe(false);
  });
});

describe("what was heard otherwise", () => {
  it("is named in words", () => {
    expect(fieldInWords("envelope[0].ceiling")).toBe("part 1, ceiling");
    expect(fieldInWords("envelope[1].footprint.coordinates[0][2]")).toBe("part 2, position 3");
    expect(fieldInWords("envelope[0].radius_m")).toBe("part 1, radius");
    expect(fieldInWords("place.within_km")).toBe("place.within km");
  });

  it("says by how much, where it is a matter of much", () => {
    expect(differenceInWords({ field: "", said: "", heard: "", difference: 9123.4, unit: "m" })).toBe("9,123 m");
    expect(differenceInWords({ field: "", said: "", heard: "", difference: null, unit: null })).toBe("");
  });

  it("what is missing before a notice is ready is said in words", () => {
    expect(lacksInWords(["person", "read_back", "Sqn 7"])).toBe("a person's acknowledgement, a read-back, word that it reached Sqn 7");
  });
});
