/** Drawing a footprint point by point: what each click, move and key does. The map only reports them. */
import type { LonLat } from "./coordinates";
import type { ShapeKind } from "./draft";
import { inverse } from "./geodesy";

export interface Drawing {
  kind: ShapeKind;
  points: LonLat[];
  /** Where the pointer is: the point that a click would add. */
  hover: LonLat | null;
  radius_m: number | null;
  done: boolean;
}

export type DrawingInput =
  | { type: "click"; at: LonLat; nearFirst: boolean }
  | { type: "move"; at: LonLat }
  | { type: "undo" }
  | { type: "finish" };

const ENOUGH: Record<ShapeKind, number> = { polygon: 3, disc: 1, corridor: 2 };

export function begin(kind: ShapeKind): Drawing {
  return { kind, points: [], hover: null, radius_m: null, done: false };
}

function clicked(d: Drawing, at: LonLat, nearFirst: boolean): Drawing {
  if (d.kind === "disc") {
    if (d.points.length === 0) return { ...d, points: [at] };
    const radius_m = Math.round(inverse(d.points[0]!, at).distance_m);
    return radius_m > 0 ? { ...d, radius_m, done: true, hover: null } : d;
  }
  if (d.kind === "polygon" && nearFirst && d.points.length >= ENOUGH.polygon) return { ...d, done: true, hover: null };
  const last = d.points.at(-1);
  if (last && last[0] === at[0] && last[1] === at[1]) return d; // the second half of a double click
  return { ...d, points: [...d.points, at] };
}

/** The drawing after one input. A finished drawing takes no more. */
export function draw(d: Drawing, input: DrawingInput): Drawing {
  if (d.done) return d;
  switch (input.type) {
    case "click":
      return clicked(d, input.at, input.nearFirst);
    case "move":
      return { ...d, hover: input.at };
    case "undo":
      return { ...d, points: d.points.slice(0, -1) };
    case "finish":
      return d.kind !== "disc" && d.points.length >= ENOUGH[d.kind] ? { ...d, done: true, hover: null } : d;
  }
}

/** What to do next, as a sentence beside the map. */
export function instruction(d: Drawing): string {
  if (d.kind === "disc") return d.points.length === 0 ? "Click the centre." : "Click where the edge is to be.";
  const left = ENOUGH[d.kind] - d.points.length;
  const thing = d.kind === "polygon" ? "corner" : "point of the centre line";
  if (left > 0) return `Click ${d.points.length === 0 ? "the first" : "the next"} ${thing}. Backspace takes one back.`;
  const closing = d.kind === "polygon" ? "Click the first corner, double-click or press Enter" : "Double-click or press Enter";
  return `${closing} to finish. Backspace takes one back.`;
}

/** The shape so far with the pointer's point added, for the map. */
export function sketch(d: Drawing): { points: LonLat[]; radius_m: number | null } {
  const points = d.hover && !d.done && d.kind !== "disc" ? [...d.points, d.hover] : d.points;
  const centre = d.points[0];
  const radius_m = d.radius_m ?? (d.kind === "disc" && centre && d.hover ? inverse(centre, d.hover).distance_m : null);
  return { points, radius_m };
}
