/** Small repeating pictures that tell parties apart without colour, made in code: no image files, no canvas. */
import type { Hatch } from "../lib/parties";

const SIZE = 16;

export interface Picture {
  width: number;
  height: number;
  data: Uint8Array<ArrayBuffer>;
}

function hexToRgb(colour: string): [number, number, number] {
  const n = Number.parseInt(colour.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}

/** How far the middle of pixel (x, y) lies from the nearest stroke, in pixels; wraps at the edges so that tiles join. */
function distanceToStroke(hatch: Hatch | "cross", x: number, y: number): number {
  const toLine = (v: number): number => Math.abs(((v % SIZE) + SIZE) % SIZE - SIZE / 2);
  switch (hatch) {
    case "rising":
      return toLine(x + y) / Math.SQRT2;
    case "falling":
      return toLine(x - y) / Math.SQRT2;
    case "level":
      return toLine(y);
    case "upright":
      return toLine(x);
    case "dots":
      return Math.hypot(toLine(x), toLine(y)) - 1;
    case "waves":
      return toLine(y + 3 * Math.sin((2 * Math.PI * x) / SIZE));
    case "cross": {
      const half = (v: number): number => Math.abs(((v % 8) + 8) % 8 - 4);
      return Math.min(half(x + y), half(x - y)) / Math.SQRT2;
    }
  }
}

/** A tile of strokes in a colour on nothing. Edges are softened over one pixel. */
export function hatchPicture(hatch: Hatch | "cross", colour: string, strokePx = 0.8): Picture {
  const [r, g, b] = hexToRgb(colour);
  const data = new Uint8Array(SIZE * SIZE * 4);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const cover = Math.min(1, Math.max(0, strokePx + 0.5 - distanceToStroke(hatch, x, y)));
      // MapLibre takes colours multiplied by their alpha.
      data.set([r * cover, g * cover, b * cover, 255 * cover].map(Math.round), (y * SIZE + x) * 4);
    }
  }
  return { width: SIZE, height: SIZE, data };
}
