/**
 * Signing in by link: `/#token=…`. A fragment never reaches a server or its logs; it is moved to this tab's session
 * storage and wiped from the address bar, so that it is in no bookmark and no screenshot.
 */
const KEY = "keepclear.token";

export interface Place {
  hash: string;
  pathname: string;
  search: string;
}

/** The token of this tab, taken from the link when there is one there. */
export function takeToken(place: Place, storage: Storage, clean: (url: string) => void): string | null {
  const token = new URLSearchParams(place.hash.replace(/^#/, "")).get("token");
  if (token) {
    storage.setItem(KEY, token);
    clean(place.pathname + place.search);
  }
  return storage.getItem(KEY);
}

export function dropToken(storage: Storage): void {
  storage.removeItem(KEY);
}
