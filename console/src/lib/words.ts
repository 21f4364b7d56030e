/** The trade's words for what the host says in codes. */
import type { Activity, Grade, Mode, Notice, NoticeState, PlaceClaim } from "./api";

export const GRADE: Record<Grade, { word: string; mark: string; rank: number }> = {
  undelivered: { word: "not delivered", mark: "○", rank: 0 },
  delivered: { word: "delivered to the machine", mark: "◔", rank: 1 },
  person: { word: "seen by a person", mark: "◑", rank: 2 },
  not_understood: { word: "NOT understood", mark: "✕", rank: 2 },
  understood: { word: "understood", mark: "●", rank: 3 },
  disseminated: { word: "passed on to the units", mark: "◉", rank: 4 },
};

export const STATE: Record<NoticeState, string> = {
  heard: "announced",
  active: "ACTIVE",
  complete: "complete",
  cancelled: "cancelled",
  expired: "expired",
};

/** Over: it will not happen any more, or has happened. */
export function isOver(state: NoticeState): boolean {
  return state === "complete" || state === "cancelled" || state === "expired";
}

/** `fixed_wing` → `fixed wing`; three are spoken by their abbreviation. */
export function activityWord(activity: Activity | string): string {
  const short: Record<string, string> = { uas: "UAS", sar: "search and rescue", medevac: "medical evacuation" };
  return short[activity] ?? activity.replaceAll("_", " ");
}

export function noticeTitle(notice: Notice): string {
  return notice.title || activityWord(notice.activity);
}

export function placeWords(place: PlaceClaim | null): string {
  if (!place) return "";
  if (place.region) return `in ${place.region}`;
  if (place.bearing && place.distance_km) return `${place.distance_km.join("–")} km ${place.bearing} of ${place.name ?? "?"}`;
  return place.within_km === undefined ? (place.name ?? "") : `within ${place.within_km} km of ${place.name ?? "?"}`;
}

export function modeWord(mode: Mode): string {
  return mode === "live" ? "LIVE" : "EXERCISE";
}

/** `bravo`, `bravo and charlie`, `bravo, charlie and ngo` */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
