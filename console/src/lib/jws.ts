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

/** The compact JWS over the canonical bytes of a value. Ed25519 has no chance in it: the same value gives the same text. */
export async function sign(key: DeskKey, value: unknown, typ: typeof STATEMENT | typeof KEY_PROOF = STATEMENT): Promise<string> {
  const header = base64url(TEXT.encode(canonical({ alg: "Ed25519", kid: key.kid, typ })));
  const signed = `${header}.${base64url(TEXT.encode(canonical(value)))}`;
  const signature = await crypto.subtle.sign({ name: "Ed25519" }, key.privateKey, TEXT.encode(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}
