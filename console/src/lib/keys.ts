/** The keyboard, as a table: the page runs it and the help shows it. */
export type Action =
  | "next" | "previous" | "acknowledge" | "new" | "filter" | "help" | "close" | "stop" | "earlier" | "later" | "now" | "fit";

export const KEYS: { key: string; action: Action; does: string }[] = [
  { key: "S", action: "stop", does: "STOP: opens its strip; Enter in it sends, Esc does not. Alt+S does the same while you type" },
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
  /** Which key it is on the keyboard, whatever its letter. */
  code?: string;
}

/** What a key means here. While somebody types, only Escape means anything, and Alt+S, for a STOP must never have to wait. */
export function actionFor(pressed: Pressed, typing: boolean): Action | null {
  const { key, code, ctrlKey, altKey, metaKey } = pressed;
  if (altKey && !ctrlKey && !metaKey && code === "KeyS") return "stop";
  if (ctrlKey || altKey || metaKey) return null;
  if (typing && key !== "Escape") return null;
  return KEYS.find((k) => k.key === key || (k.action === "stop" && key === "s"))?.action ?? null;
}
