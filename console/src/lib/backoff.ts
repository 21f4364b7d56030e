/** How long to wait before the next attempt: doubling from half a second to four, spread so that desks do not all call at once. */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(4000, 500 * 2 ** Math.min(attempt, 10));
  return ceiling * (0.7 + 0.3 * random);
}
