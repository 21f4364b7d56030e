/** Compact JWS with Ed25519 (RFC 7515, RFC 8037, RFC 9864), made with a key that the browser keeps and never gives out. */
import { canonical } from "./canonical";

export const STATEMENT = "keepclear-statement";
export const KEY_PROOF = "keepclear-key-proof";

export interface PublicJwk {
  crv: "Ed25519";
  kty: "OKP";
  x: string;
}

/** A key of this desk in this browser: `privateKey` cannot be exported. */
export interface DeskKey {
  kid: string;
  jwk: PublicJwk;
  privateKey: CryptoKey;
}

const TEXT = new TextEncoder();
/** Characters: an origin, a size, a root and one line of a signature. */
const MOST_SEEN = 2_000;

/** A compact JWS taken apart. That it can be taken apart says nothing of who signed it: see `check`. */
export interface Token {
  kid: string;
  seen: string | null;
  payload: Record<string, unknown>;
  signed: string;
  signature: Uint8Array<ArrayBuffer>;
}

export function base64url(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The name of a key: its thumbprint (RFC 7638). */
export async function thumbprint(jwk: PublicJwk): Promise<string> {
  const bytes = TEXT.encode(canonical({ crv: jwk.crv, kty: jwk.kty, x: jwk.x }));
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** What two people compare by voice: the first 128 bits of a key's name, eight groups of four. */
export function fingerprint(kid: string): string {
  const bytes = Uint8Array.from(atob(kid.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const digits = Array.from(bytes.slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return (digits.match(/.{4}/g) ?? []).join(" ");
}

/** A new key pair. Throws where the browser has no Ed25519, or gives no cryptography to a page without https. */
export async function makeKey(): Promise<DeskKey> {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"])) as CryptoKeyPair;
  const { x } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk: PublicJwk = { crv: "Ed25519", kty: "OKP", x: x! };
  return { kid: await thumbprint(jwk), jwk, privateKey: pair.privateKey };
}

/**
 * The compact JWS over the canonical bytes of a value. Ed25519 has no chance in it: the same value gives the same text.
 * `seen` is the newest checkpoint of the record that this desk has verified: the header passes it on to whoever reads it.
 */
export async function sign(key: DeskKey, value: unknown, typ: typeof STATEMENT | typeof KEY_PROOF = STATEMENT, seen: string | null = null): Promise<string> {
  const passed = seen !== null && seen.length <= MOST_SEEN ? { seen } : {};
  const header = base64url(TEXT.encode(canonical({ alg: "Ed25519", kid: key.kid, typ, ...passed })));
  const signed = `${header}.${base64url(TEXT.encode(canonical(value)))}`;
  const signature = await crypto.subtle.sign({ name: "Ed25519" }, key.privateKey, TEXT.encode(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

function decoded(part: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

/** The parts of a statement's token; null for what is none. */
export function takenApart(compact: string): Token | null {
  const [header, payload, signature, ...more] = compact.split(".");
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return null;
  try {
    const [{ kid, typ, seen }, said] = [header, payload].map((part) => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(decoded(part)))) as [Record<string, unknown>, Token["payload"]];
    if (typeof kid !== "string" || typ !== STATEMENT) return null;
    return { kid, seen: typeof seen === "string" ? seen : null, payload: said, signed: `${header}.${payload}`, signature: decoded(signature) };
  } catch {
    return null;
  }
}

/** Whether this key made the token. */
export async function check(token: Token, jwk: PublicJwk): Promise<boolean> {
  if ((await thumbprint(jwk)) !== token.kid) return false;
  const key = await crypto.subtle.importKey("raw", decoded(jwk.x), { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, key, token.signature, TEXT.encode(token.signed));
}
