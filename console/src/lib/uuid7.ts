/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits, so that ids sort by the time they were
 * made. A statement keeps its id through every retry; that is what makes sending twice harmless.
 */
export function uuid7(nowMs: number, random: Uint8Array): string {
  if (random.length < 10) throw new RangeError("a UUIDv7 needs ten random bytes");
  const bytes = new Uint8Array(16);
  let left = Math.floor(nowMs);
  for (let i = 5; i >= 0; i--) {
    bytes[i] = left % 256;
    left = Math.floor(left / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** `uuid7` from this machine's clock and its cryptographic randomness. */
export function newId(nowMs: number = Date.now()): string {
  return uuid7(nowMs, crypto.getRandomValues(new Uint8Array(10)));
}
