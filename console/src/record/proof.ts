/** Receipts: a C2SP tlog-proof says that an entry is in the log, and is checked with no host. Nothing in it is believed unseen. */
import { canonical } from "../lib/canonical";
import { base64url } from "../lib/jws";
import { type Bytes, bytesOf, joined, numberOf, sha256, textOf, Unproven, utf8 } from "./encoding";
import { type Checkpoint, type Note, parseCheckpoint, parseNote, type VerifierKey, verifyNote } from "./note";
import { HASH_BYTES, leafHash, verifyInclusion } from "./tree";

const FIRST_LINE = "c2sp.org/tlog-proof@v1";
const MOST_HASHES = 63;
const SALT_BYTES = 16;
const NEWLINE = 10;

export interface Proof {
  index: number;
  hashes: readonly Bytes[];
  note: Note;
  /** The salt, and behind it the entry's bytes: what opens the commitment, or the receipt fails. */
  extra: Bytes;
}

/** An entry of the record, as far as a desk looks into it. */
export interface Entry {
  at: number;
  kind: string;
  jws?: string;
  statement?: Record<string, unknown>;
}

export interface Proven {
  index: number;
  entry: Entry;
  checkpoint: Checkpoint;
}

/** The proof that has exactly these bytes. No hash and no signature is checked. */
export function parseProof(data: Bytes): Proof {
  const gap = data.findIndex((byte, at) => byte === NEWLINE && data[at + 1] === NEWLINE);
  const lines = gap < 0 ? [] : textOf(data.slice(0, gap), "receipt").split("\n");
  if (lines.shift() !== FIRST_LINE) throw new Unproven("receipt: no tlog-proof");
  let extra: Bytes = new Uint8Array(0);
  if (lines[0]?.startsWith("extra ")) {
    extra = bytesOf(lines.shift()!.slice("extra ".length), "extra");
    if (extra.length === 0) throw new Unproven("extra: nothing in it");
  }
  const index = lines.shift();
  if (!index?.startsWith("index ")) throw new Unproven("receipt: no index");
  const hashes = lines.map((line) => bytesOf(line, "inclusion proof"));
  if (hashes.length > MOST_HASHES || hashes.some((one) => one.length !== HASH_BYTES)) throw new Unproven("inclusion proof: no list of hashes");
  return { index: numberOf(index.slice("index ".length), "index"), hashes, note: parseNote(data.slice(gap + 2)), extra };
}

/** The entry in its bytes, which are its one canonical spelling: no member stands there twice, to be read either way. */
export function parseEntry(data: Bytes): Entry {
  let entry: Entry | null = null;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);
  try {
    entry = JSON.parse(text) as Entry;
    if (canonical(entry) !== text) entry = null;
  } catch {
    entry = null;
  }
  if (entry === null || typeof entry !== "object" || !Number.isSafeInteger(entry.at)) throw new Unproven("entry: none of the record");
  return entry;
}

/** The leaf that stands for an entry in the log: `{"at":<ms>,"commitment":"<base64url of SHA-256(salt ‖ entry)>","v":1}`. */
export async function leafOf(at: number, salt: Bytes, entry: Bytes): Promise<Bytes> {
  return utf8(`{"at":${at},"commitment":"${base64url(await sha256(joined(salt, entry)))}","v":1}`);
}

/** What a receipt proves, for one who believes these keys of the log; else `Unproven`. */
export async function verifyProof(proof: Proof, keys: readonly VerifierKey[]): Promise<Proven> {
  const checkpoint = await signedCheckpoint(proof.note, keys);
  if (proof.extra.length <= SALT_BYTES) throw new Unproven("receipt: without the entry that it is for");
  const [salt, data] = [proof.extra.slice(0, SALT_BYTES), proof.extra.slice(SALT_BYTES)];
  const entry = parseEntry(data);
  await verifyInclusion(await leafHash(await leafOf(entry.at, salt, data)), proof.index, checkpoint.size, proof.hashes, checkpoint.root);
  return { index: proof.index, entry, checkpoint };
}

/** The checkpoint in a note, signed by one of these keys as the log that it names. */
export async function signedCheckpoint(note: Note, keys: readonly VerifierKey[]): Promise<Checkpoint> {
  const checkpoint = parseCheckpoint(note.text);
  const signed = await verifyNote(note, keys.filter((key) => key.name === checkpoint.origin));
  if (signed.length === 0) throw new Unproven(`checkpoint: not signed by the log's key that is kept here, as ${checkpoint.origin}`);
  return checkpoint;
}
