import { describe, expect, it } from "vitest";
import type { LonLat } from "../src/lib/coordinates";
import { begin, draw, type DrawingInput, sketch } from "../src/lib/drawing";

const click = (lon: number, lat: number, nearFirst = false): DrawingInput => ({ type: "click", at: [lon, lat], nearFirst });
const run = (kind: "polygon" | "disc" | "corridor", ...inputs: DrawingInput[]) => inputs.reduce(draw, begin(kind));

describe("drawing", () => {
  it("an area closes at its first corner, but not before it has three", () => {
    expect(run("polygon", click(0, 0), click(1, 0), click(0, 0.0001, true)).done).toBe(false);
    const d = run("polygon", click(0, 0), click(1, 0), click(1, 1), click(0, 0.0001, true));
    expect(d).toMatchObject({ done: true, points: [[0, 0], [1, 0], [1, 1]] });
  });

  it("a double click finishes without adding its point twice", () => {
    const d = run("corridor", click(0, 0), click(1, 0), click(1, 0), { type: "finish" });
    expect(d).toMatchObject({ done: true, points: [[0, 0], [1, 0]] });
  });

  it("does not finish with too few points, and takes one back", () => {
    expect(run("corridor", click(0, 0), { type: "finish" }).done).toBe(false);
    expect(run("polygon", click(0, 0), click(1, 1), { type: "undo" }).points).toEqual([[0, 0]]);
    expect(run("polygon", { type: "undo" }).points).toEqual([]);
  });

  it("a disc is its centre and the distance to its edge", () => {
    const d = run("disc", click(0, 0), click(0, 1));
    expect(d.done).toBe(true);
    expect(d.radius_m).toBe(110_574); // one degree of latitude at the equator of WGS84
  });

  it("takes nothing more once it is done", () => {
    const d = run("disc", click(0, 0), click(0, 1));
    expect(draw(d, click(5, 5))).toBe(d);
  });

  it("shows the point that a click would add", () => {
    const at: LonLat = [2, 2];
    expect(sketch(run("polygon", click(0, 0), click(1, 0), { type: "move", at })).points).toContainEqual(at);
    expect(sketch(run("disc", click(0, 0), { type: "move", at: [0, 1] })).radius_m).toBeCloseTo(110_574.4, 0);
  });
});
