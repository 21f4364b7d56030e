/** Advice on a conflict, in a few plain words: the figures are the host's, the words are ours. */
import type { AdviceOption, AdviceSide, Notice } from "./api";
import { noticeTitle } from "./words";

const COMPASS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"] as const;

/** «20 min later, up to FL210–FL260». */
export function optionInWords(option: AdviceOption): string {
  const said = [time(option), height(option), place(option)].filter((words) => words !== null);
  return said.length > 0 ? said.join(", ") : option.why;
}

/** Whose options these are: «your notice», or, where both sides are told, its title and party. */
export function sideTitle(side: AdviceSide, notice: Notice | undefined, own: string | null): string {
  const title = notice ? `«${noticeTitle(notice)}»` : side.notice;
  return side.party === own ? `Change ${title}, any one of:` : `${side.party}: change ${title}, any one of:`;
}

function time({ shift_min }: AdviceOption): string | null {
  if (shift_min === null) return null;
  const minutes = Math.abs(shift_min);
  const hours = Math.floor(minutes / 60);
  const long = [hours > 0 ? `${hours} h` : "", minutes % 60 > 0 ? `${minutes % 60} min` : ""].filter(Boolean).join(" ");
  return `${long} ${shift_min > 0 ? "later" : "earlier"}`;
}

function height({ kind, floor, ceiling, rise }: AdviceOption): string | null {
  const kinds = kind.split("+");
  if (kinds.includes("raise_floor")) return `floor raised to ${floor}`;
  if (kinds.includes("lower_ceiling")) return `ceiling lowered to ${ceiling}`;
  if (rise === null) return null;
  const way = kinds.includes("up") ? "up" : "down";
  return floor !== null && ceiling !== null ? `${way} to ${floor}–${ceiling}` : `${rise} ${way}`;
}

function place({ aside_m, bearing_deg, side }: AdviceOption): string | null {
  if (aside_m === null) return null;
  const far = aside_m >= 1000 ? `${aside_m / 1000} km` : `${aside_m} m`;
  if (side !== null) return `a detour ${far} to the ${side} of its line`;
  return `${far} ${COMPASS[Math.round((bearing_deg ?? 0) / 45) % 8]}`;
}
