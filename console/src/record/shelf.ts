/** What this browser keeps of a record, in IndexedDB: the view of the log, and this desk's statements with their receipts. */
import type { Kept } from "./kept";
import type { Pinned, ViewShelf } from "./view";

export interface RecordShelf extends ViewShelf {
  said(): Promise<Kept[]>;
  keep(item: Kept): Promise<void>;
  drop(items: readonly Kept[]): Promise<void>;
  /** Nothing of this log is kept any more. */
  forget(): Promise<void>;
}

const DATABASE = "keepclear-record";
const LOGS = "logs";
const SAID = "said";

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's store failed"));
  });
}

async function open(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(LOGS);
    opening.result.createObjectStore(SAID);
  };
  return asked(opening);
}

/** The shelf of a log and a desk in this browser. `log` names what is pinned together. */
export async function browserShelf(log: string, desk: string): Promise<RecordShelf> {
  const database = await open();
  const table = (name: string, mode: IDBTransactionMode): IDBObjectStore => database.transaction(name, mode).objectStore(name);
  const key = (id: string): string => `${log}\n${desk}\n${id}`;
  const own = IDBKeyRange.bound(key(""), key("\uffff"));
  return {
    load: async () => ((await asked(table(LOGS, "readonly").get(log))) as Pinned | undefined) ?? null,
    change: async (step) => {
      const logs = table(LOGS, "readwrite");
      const is = step(((await asked(logs.get(log))) as Pinned | undefined) ?? null);
      await (is === null ? asked(logs.delete(log)) : asked(logs.put(is, log)));
      return is;
    },
    said: async () => (await asked(table(SAID, "readonly").getAll(own))) as Kept[],
    keep: async (item) => void (await asked(table(SAID, "readwrite").put(item, key(item.id)))),
    drop: async (items) => {
      const said = table(SAID, "readwrite");
      await Promise.all(items.map((item) => asked(said.delete(key(item.id)))));
    },
    forget: async () => {
      await asked(table(LOGS, "readwrite").delete(log));
      await asked(table(SAID, "readwrite").delete(own));
    },
  };
}

/** One that lasts as long as the page: for a browser that keeps nothing. */
export function passingShelf(): RecordShelf {
  let pinned: Pinned | null = null;
  const said = new Map<string, Kept>();
  return {
    load: async () => pinned,
    change: async (step) => (pinned = step(pinned)),
    said: async () => [...said.values()],
    keep: async (item) => void said.set(item.id, item),
    drop: async (items) => items.forEach((item) => said.delete(item.id)),
    forget: async () => void ((pinned = null), said.clear()),
  };
}

/**
 * Under what name a log is pinned. Where every live statement is signed, by its mechanism, for all desks and tabs at this
 * address. A host for exercises and trials is begun anew again and again, with new tokens: there by the token, unless the
 * mechanism was pinned here while signatures were required. To take them as optional now does not shake that off.
 */
export async function nameOfLog(mechanism: string, signatures: "required" | "optional", token: string): Promise<string> {
  if (signatures === "required") return mechanism;
  const known = (await asked((await open()).transaction(LOGS, "readonly").objectStore(LOGS).get(mechanism))) as Pinned | undefined;
  if (known) return mechanism;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
  return `${mechanism}\ntrial ${Array.from(digest.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
