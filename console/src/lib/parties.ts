/**
 * How each party is told apart on the map: a colour of the Okabe–Ito set, a hatch and a letter, so that no one of
 * the three is needed. Vermillion is kept for conflicts, and the set's dark blue is not used: it cannot be read on black.
 */
import type { MechanismInfo } from "./api";

export type Hatch = "rising" | "falling" | "level" | "upright" | "dots" | "waves";

export interface PartyLook {
  id: string;
  name: string;
  letter: string;
  colour: string;
  hatch: Hatch;
}

const COLOURS = ["#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#B8C4CC"];
const HATCHES: Hatch[] = ["rising", "falling", "level", "upright", "dots", "waves"];
export const CONFLICT_COLOUR = "#FF7A33";

const UNKNOWN: PartyLook = { id: "", name: "unknown party", letter: "?", colour: "#B8C4CC", hatch: "waves" };

function letterFor(name: string, taken: Set<string>): string {
  const own = [...name.toUpperCase()].filter((c) => /\p{L}|\d/u.test(c));
  const letter = own.find((c) => !taken.has(c)) ?? [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].find((c) => !taken.has(c)) ?? "?";
  taken.add(letter);
  return letter;
}

/** The looks of all parties, in the agreement's order: every desk of a mechanism sees the same. */
export function partyLooks(mechanism: Pick<MechanismInfo, "parties">): Map<string, PartyLook> {
  const taken = new Set<string>();
  return new Map(
    mechanism.parties.map((party, i) => [
      party.id,
      {
        id: party.id,
        name: party.name || party.id,
        letter: letterFor(party.name || party.id, taken),
        colour: COLOURS[i % COLOURS.length]!,
        hatch: HATCHES[(i + Math.floor(i / COLOURS.length)) % HATCHES.length]!,
      },
    ]),
  );
}

export function lookOf(looks: ReadonlyMap<string, PartyLook>, party: string | null | undefined): PartyLook {
  return (party && looks.get(party)) || UNKNOWN;
}
