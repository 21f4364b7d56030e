/** The few ways in which the record's text forms write bytes and numbers, read so that one value has one spelling. */

export type Bytes = Uint8Array<ArrayBuffer>;

/** What was given proves nothing: it cannot be read, or it does not hold. */
export class Unproven extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Unproven";
  }
}

const TEXT = new TextEncoder();
const CHUNK = 0x8000;

export function utf8(text: string): Bytes {
  return TEXT.encode(text);
}

/** Bytes in base64 (RFC 4648 §4), padded. */
export function base64Of(data: Bytes): string {
  let text = "";
  for (let at = 0; at < data.length; at += CHUNK) text += String.fromCharCode(...data.subarray(at, at + CHUNK));
  return btoa(text);
}

/** The bytes that `base64Of` writes so; any other spelling is refused. */
export function bytesOf(text: string, field: string): Bytes {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw new Unproven(`${field}: no base64`);
  const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  if (base64Of(data) !== text) throw new Unproven(`${field}: base64 with bits left over`);
  return data;
}

/** A whole number in decimal digits without leading zeroes. Larger ones than this machine counts exactly are refused. */
export function numberOf(text: string, field: string): number {
  const number = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Infinity;
  if (!Number.isSafeInteger(number)) throw new Unproven(`${field}: no whole number that can be counted here`);
  return number;
}

/** UTF-8 without control characters other than newline (C2SP signed-note). */
export function textOf(data: Bytes, field: string): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new Unproven(`${field}: no text in UTF-8`);
  }
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) throw new Unproven(`${field}: a control character`);
  return text;
}

export function joined(...parts: Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

export function isSame(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export function hexOf(data: Bytes): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}
