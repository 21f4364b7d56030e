/** This browser's keys, kept in IndexedDB: the private part stays inside the browser and cannot be read out of it. */
import type { DeskKey } from "./jws";

/** Of one desk of one mechanism: the key that signs, and one that was made and that the host has not heard of yet. */
export interface KeptKeys {
  current: DeskKey | null;
  next: DeskKey | null;
}

export interface KeyShelf {
  load(): Promise<KeptKeys>;
  save(keys: KeptKeys): Promise<void>;
}

const DATABASE = "keepclear-keys";
const TABLE = "desks";

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's store failed"));
  });
}

async function table(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
  return (await asked(opening)).transaction(TABLE, mode).objectStore(TABLE);
}

/** The shelf of a desk in this browser. */
export function browserShelf(mechanism: string, desk: string): KeyShelf {
  const name = `${mechanism}\n${desk}`;
  return {
    load: async () => ((await asked((await table("readonly")).get(name))) as KeptKeys | undefined) ?? { current: null, next: null },
    save: async (keys) => void (await asked((await table("readwrite")).put(keys, name))),
  };
}
