/** One statement of this desk on its way into the record, and whether an entry holds it. */
import type { Mode, Receipt, Statement } from "../lib/api";
import { canonical } from "../lib/canonical";
import { check, takenApart } from "../lib/jws";
import type { RecordedKey } from "../lib/signing.svelte";
import { Unproven } from "./encoding";
import type { Entry, Proven } from "./proof";

export type KeptState =
  /** The host says that it heard it; nothing is proved. */
  | "waiting"
  /** Proved here: it is under a checkpoint that the log has signed. */
  | "kept"
  /** And enough witnesses have cosigned that checkpoint. */
  | "binding"
  /** The host said that it heard it, and has no receipt of it. */
  | "missing"
  /** What came as its receipt does not hold, or is for something else. */
  | "false";

export interface Kept {
  id: string;
  index: number;
  type: string;
  /** A few words of it, to be known by. */
  what: string;
  mode: Mode;
  heardAt: string;
  /** As it was sent, to the last byte; null for what this desk said from another place. */
  sent: string | null;
  state: KeptState;
  why: string | null;
  /** The receipt's file, once one was verified. */
  receipt: string | null;
  /** When it has to be there, by this machine's clock. */
  dueMs: number;
}

/** Receipts come within a second; after so long a statement counts as left out. */
export const WITHIN_MS = 30_000;

const WORDS = ["title", "reason", "text", "phrase", "object", "incident", "level", "answer"] as const;

function words(statement: Pick<Statement, "type" | "body">): string {
  const said = WORDS.map((name) => statement.body[name]).find((value) => typeof value === "string" && value !== "");
  return typeof said === "string" ? said.slice(0, 80) : "";
}

/** What was just said, and that the host says to have heard. */
export function keptOf(statement: Statement, sent: string | null, heard: Pick<Receipt, "index" | "heard_at">, nowMs: number): Kept {
  return {
    id: statement.id, index: heard.index, type: statement.type, what: words(statement), mode: statement.mode, heardAt: heard.heard_at,
    sent, state: "waiting", why: null, receipt: null, dueMs: nowMs + WITHIN_MS,
  };
}

/** Open ones are never dropped, and of those that need nothing more only the newest stay. */
export function overflow(items: readonly Kept[], most: number, settled: (item: Kept) => boolean): Kept[] {
  const done = items.filter(settled).sort((a, b) => b.index - a.index);
  return done.slice(Math.max(0, most - (items.length - done.length)));
}

/** The statement that an entry holds. */
export function statementIn(entry: Entry): Record<string, unknown> {
  const said = entry.jws === undefined ? entry.statement : takenApart(entry.jws)?.payload;
  if (entry.kind !== "statement" || !said) throw new Unproven("the entry there holds no statement");
  return said;
}

/** The entry that was proved is this statement, as it was sent, at the time that the host said; else `Unproven`. */
export async function checkIsOurs(item: Kept, proven: Proven, desk: string, keys: readonly RecordedKey[]): Promise<void> {
  const { entry } = proven;
  const said = statementIn(entry);
  if (proven.index !== item.index) throw new Unproven(`the receipt is for entry ${proven.index}, not ${item.index}`);
  if (said["id"] !== item.id || said["from"] !== desk) throw new Unproven(`entry ${item.index} holds another statement`);
  if (entry.at !== Date.parse(item.heardAt)) throw new Unproven(`the host said that it was heard at ${item.heardAt}, the record says otherwise`);
  if (item.sent === null) return checkSigned(entry, keys.filter((key) => key.desk === desk));
  const isSame = entry.jws === undefined ? canonical(said) === canonicalOf(item.sent) : entry.jws === item.sent;
  if (!isSame) throw new Unproven(`entry ${item.index} holds other words than were sent`);
}

function canonicalOf(sent: string): string | null {
  try {
    return canonical(JSON.parse(sent));
  } catch {
    return null; // it was sent signed, and stands there unsigned
  }
}

/** What another place of this desk has signed bears the signature of one of the desk's keys. One not heard of yet may come. */
async function checkSigned(entry: Entry, keys: readonly RecordedKey[]): Promise<void> {
  const token = entry.jws === undefined ? null : takenApart(entry.jws);
  if (!token) return;
  const key = keys.find((one) => one.kid === token.kid)?.key;
  if (!key) throw new Error("it is signed by no key of this desk that is known here");
  if (!(await check(token, key))) throw new Unproven("its signature does not hold");
}
