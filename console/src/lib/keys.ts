/** The keyboard, as a table: the page runs it and the help shows it. */
export type Action =
  | "next" | "previous" | "acknowledge" | "new" | "filter" | "help" | "close" | "earlier" | "later" | "now" | "fit";

export const KEYS: { key: string; action: Action; does: string }[] = [
  { key: "j", action: "next", does: "next alert" },
  { key: "k", action: "previous", does: "previous alert" },
  { key: "a", action: "acknowledge", does: "acknowledge the selected alert as seen by a person" },
  { key: "n", action: "new", does: "new notice" },
  { key: "/", action: "filter", does: "filter the notices" },
  { key: "[", action: "earlier", does: "show the map 15 minutes earlier" },
  { key: "]", action: "later", does: "show the map 15 minutes later" },
  { key: "0", action: "now", does: "show the map as of now" },
  { key: "f", action: "fit", does: "bring everything into view" },
  { key: "?", action: "help", does: "this help" },
  { key: "Escape", action: "close", does: "close, or drop the selection" },
];

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/** What a key means here. While somebody types, only Escape means anything. */
export function actionFor(pressed: Pressed, typing: boolean): Action | null {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return null;
  if (typing && pressed.key !== "Escape") return null;
  return KEYS.find((k) => k.key === pressed.key)?.action ?? null;
}
