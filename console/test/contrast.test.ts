import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CONFLICT_COLOUR, partyLooks } from "../src/lib/parties";

/** WCAG 2.2 §1.4.3: relative luminance and contrast. */
function luminance(colour: string): number {
  const channels = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16) / 255);
  const [r, g, b] = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const css = readFileSync(new URL("../src/app.css", import.meta.url), "utf8");
const colour = (name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(css)![1]!;
const GROUNDS = ["ground", "panel", "raised"];

describe("contrast", () => {
  it.each(["text", "dim", "warning", "caution", "advisory", "good", "conflict"])("text in «%s» is at least 4.5:1 on every ground", (name) => {
    for (const ground of GROUNDS) expect(contrast(colour(name), colour(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it("edges of controls are at least 3:1 on every ground", () => {
    for (const ground of GROUNDS) expect(contrast(colour("edge"), colour(ground))).toBeGreaterThanOrEqual(3);
  });

  it("dark text on the loud bars is at least 4.5:1", () => {
    for (const bar of ["warning", "caution", "conflict", "text"]) expect(contrast(colour(bar), "#14100a")).toBeGreaterThanOrEqual(4.5);
  });

  it("party colours can be read on the map, and none is a conflict's", () => {
    const parties = Array.from({ length: 6 }, (_, i) => ({ id: `p${i}`, name: `P${i}` }));
    for (const { colour: own } of partyLooks({ parties }).values()) {
      expect(contrast(own, "#1b2327")).toBeGreaterThanOrEqual(4.5);
      expect(own).not.toBe(CONFLICT_COLOUR);
    }
  });
});
