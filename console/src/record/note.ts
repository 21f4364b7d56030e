/**
 * Signed notes and the checkpoints in them (C2SP signed-note, tlog-checkpoint, tlog-cosignature). What is checked here is
 * Ed25519; a browser has no ML-DSA-44, so lines of such keys are passed over, as lines of unknown keys are.
 */
import { type Bytes, bytesOf, hexOf, isSame, joined, numberOf, sha256, textOf, Unproven, utf8 } from "./encoding";
import { HASH_BYTES } from "./tree";

export const ED25519 = 0x01;
export const ED25519_COSIGNATURE = 0x04;
export const ML_DSA_44 = 0x06;

const MOST_NOTE_BYTES = 262_144;
const MOST_SIGNATURES = 32;
const MOST_KEY_CHARACTERS = 4_096;
const KEY_ID_BYTES = 4;
const TIME_BYTES = 8;
const KEY_BYTES: Record<number, number> = { [ED25519]: 32, [ED25519_COSIGNATURE]: 32, [ML_DSA_44]: 1_312 };
const DASH = "\u2014 ";

export interface SignatureLine {
  name: string;
  keyId: Bytes;
  signature: Bytes;
  /** As written, with its newline. */
  text: string;
}

export interface Note {
  text: string;
  lines: readonly SignatureLine[];
}

/** A key that a reader believes: `text` is how people pass it on. */
export interface VerifierKey {
  name: string;
  type: number;
  publicKey: Bytes;
  keyId: Bytes;
  text: string;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
}

function checkName(name: string, field: string): void {
  if (!name || /[\s\u0085+]/.test(name)) throw new Unproven(`${field}: no name without spaces and plus signs`);
}

/** The note that has exactly these bytes. No signature is checked. */
export function parseNote(data: Bytes): Note {
  if (data.length > MOST_NOTE_BYTES) throw new Unproven("note: too long");
  const whole = textOf(data, "note");
  const gap = whole.lastIndexOf("\n\n");
  const below = whole.slice(gap + 2);
  if (gap < 0 || !below.endsWith("\n")) throw new Unproven("note: no signatures");
  const lines = below.slice(0, -1).split("\n");
  if (lines.length > MOST_SIGNATURES) throw new Unproven("note: too many signatures");
  return { text: whole.slice(0, gap + 1), lines: lines.map((line, at) => parseLine(line, `signature ${at + 1}`)) };
}

function parseLine(line: string, field: string): SignatureLine {
  const rest = line.slice(DASH.length);
  const gap = rest.indexOf(" ");
  if (!line.startsWith(DASH) || gap < 0) throw new Unproven(`${field}: no signature`);
  const name = rest.slice(0, gap);
  checkName(name, field);
  const data = bytesOf(rest.slice(gap + 1), field);
  if (data.length <= KEY_ID_BYTES) throw new Unproven(`${field}: no signature`);
  return { name, keyId: data.slice(0, KEY_ID_BYTES), signature: data.slice(KEY_ID_BYTES), text: `${line}\n` };
}

/** The note as it is sent and kept. */
export function noteText(note: Note): string {
  return `${note.text}\n${note.lines.map((line) => line.text).join("")}`;
}

/** The checkpoint that has exactly this text. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.endsWith("\n") ? text.slice(0, -1).split("\n") : [];
  const [origin, size, root] = lines;
  if (lines.length < 3 || lines.some((line) => line === "")) throw new Unproven("checkpoint: not three lines or more");
  const hashed = bytesOf(root!, "checkpoint line 3");
  if (hashed.length !== HASH_BYTES) throw new Unproven("checkpoint line 3: no root");
  return { origin: origin!, size: numberOf(size!, "checkpoint line 2"), root: hashed };
}

/** The key that is written so. */
export async function parseVerifierKey(text: string): Promise<VerifierKey> {
  const [name, keyId, ...rest] = text.length > MOST_KEY_CHARACTERS ? [] : text.split("+");
  if (name === undefined || keyId === undefined || rest.length === 0) throw new Unproven("key: not «name+key id+base64»");
  checkName(name, "key name");
  const data = bytesOf(rest.join("+"), "key");
  const type = data[0] ?? 0;
  const publicKey = data.slice(1);
  if (KEY_BYTES[type] !== publicKey.length) throw new Unproven("key: of a type or length that is not known here");
  const made = (await sha256(joined(utf8(`${name}\n`), data))).slice(0, KEY_ID_BYTES);
  if (hexOf(made) !== keyId) throw new Unproven("key: its id is of another key");
  return { name, type, publicKey, keyId: made, text };
}

function keyOf(line: SignatureLine, keys: readonly VerifierKey[]): VerifierKey | undefined {
  return keys.find((key) => key.type !== ML_DSA_44 && key.name === line.name && isSame(key.keyId, line.keyId));
}

/** Those of the keys that have signed the note. A line that names one of them and does not hold makes the note unbelievable. */
export async function verifyNote(note: Note, keys: readonly VerifierKey[]): Promise<VerifierKey[]> {
  const signed: VerifierKey[] = [];
  for (const line of note.lines) {
    const key = keyOf(line, keys);
    if (!key) continue;
    if (!(await holds(note.text, line.signature, key))) throw new Unproven(`the signature of ${key.name} does not hold`);
    signed.push(key);
  }
  return signed;
}

async function holds(text: string, given: Bytes, key: VerifierKey): Promise<boolean> {
  const timed = key.type === ED25519_COSIGNATURE;
  if (given.length !== 64 + (timed ? TIME_BYTES : 0)) return false;
  if (timed) parseCheckpoint(text);
  const time = new DataView(given.buffer, given.byteOffset).getBigUint64(0);
  if (timed && time >= 2n ** 63n) return false;
  const message = utf8(timed ? `cosignature/v1\ntime ${time}\n${text}` : text);
  const imported = await crypto.subtle.importKey("raw", key.publicKey, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, imported, given.slice(timed ? TIME_BYTES : 0), message);
}

/** The note with the lines of these keys alone: what a statement's header passes on. */
export function withLinesOf(note: Note, keys: readonly VerifierKey[]): Note {
  return { text: note.text, lines: note.lines.filter((line) => keyOf(line, keys)) };
}
