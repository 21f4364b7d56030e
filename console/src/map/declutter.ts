/** Which labels give way: the more important one stays where it is, the other moves up, and at last is left out. */

export interface LabelBox {
  id: string;
  /** Pixels: middle of the label's lower edge, and its size. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Lower goes first. */
  rank: number;
}

const GAP = 2;
const MOST_STEPS = 3; // further off, a label would seem to belong to something else

interface Placed {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const meets = (a: Placed, b: Placed): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** How far up each label moves, in pixels; null for one that finds no room and is hidden (its shape still shows). */
export function declutter(labels: readonly LabelBox[]): Map<string, number | null> {
  const placed: Placed[] = [];
  const moves = new Map<string, number | null>();
  const order = [...labels].sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  for (const label of order) {
    moves.set(label.id, null);
    for (let step = 0; step <= MOST_STEPS; step++) {
      const up = step * (label.height + GAP);
      const [left, bottom] = [label.x - label.width / 2, label.y - up];
      const box: Placed = { left, right: left + label.width, top: bottom - label.height, bottom };
      if (placed.some((other) => meets(box, other))) continue;
      placed.push(box);
      moves.set(label.id, up);
      break;
    }
  }
  return moves;
}
