import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { check, takenApart } from "../src/lib/jws";
import type { RecordedKey } from "../src/lib/signing.svelte";
import { type Bytes, Unproven } from "../src/record/encoding";
import { type Between, evidenceText, whySplit } from "../src/record/evidence";
import { checkIsOurs, type Kept, keptOf, overflow } from "../src/record/kept";
import { parseCheckpoint, parseNote, parseVerifierKey, verifyNote } from "../src/record/note";
import { asksWitnesses, canBeChecked, parsePolicy, standingOf } from "../src/record/policy";
import { parseProof, type Proven, verifyProof } from "../src/record/proof";
import { verifyConsistency } from "../src/record/tree";

interface Vectors {
  said: Record<string, unknown> & { id: string; from: string };
  at: number;
  known: { key: string; note: string }[];
  receipts: { size: number; index: number; key: string; file: string }[];
  signed: { sent: string; x: string; seen: string; key: string; file: string };
  consistency: { old: number; new: number; old_root: string; new_root: string; proof: string[] }[];
  witnessed: { policy: string; text: string; note: string; binding: boolean; cosigned: string[] }[];
  evidence: { why: string | null; first: string; second: string; proof: string[]; shown: string | null; file: string }[];
  refused: { notes: string[]; keys: string[]; policies: Record<string, string>; receipts: Record<string, string> };
  policies: string[];
}

const VECTORS = JSON.parse(readFileSync(new URL("record-vectors.json", import.meta.url), "utf8")) as Vectors;
const bytes = (text: string): Bytes => new Uint8Array(Buffer.from(text, "base64"));
const text = (encoded: string): string => Buffer.from(encoded, "base64").toString("utf8");

async function proven(file: Bytes, key: string): Promise<Proven> {
  return verifyProof(parseProof(file), [await parseVerifierKey(key)]);
}

describe("a signed note", () => {
  it.each(VECTORS.known)("of the specification, or of Go, holds by $key and with one other letter does not", async ({ key, note }) => {
    const verifier = await parseVerifierKey(key);
    const read = parseNote(bytes(note));
    expect(await verifyNote(read, [verifier])).toEqual([verifier]);
    await expect(verifyNote({ ...read, text: read.text.replace("a", "b") }, [verifier])).rejects.toThrow(Unproven);
    expect(await verifyNote(read, [])).toEqual([]);
  });

  it.each(VECTORS.refused.notes)("is not read from %s", (note) => {
    expect(() => parseNote(bytes(note))).toThrow(Unproven);
  });

  it.each(VECTORS.refused.keys)("is not believed for the key %s", async (key) => {
    await expect(parseVerifierKey(key)).rejects.toThrow(Unproven);
  });
});

describe("a receipt", () => {
  it.each(VECTORS.receipts)("for entry $index of $size proves it", async ({ index, size, key, file }) => {
    const found = await proven(bytes(file), key);
    expect([found.index, found.checkpoint.size, found.entry.statement]).toEqual([index, size, VECTORS.said]);
  });

  it("proves nothing once any one of its bytes is another", async () => {
    const { key, file } = VECTORS.receipts.find((one) => one.size === 13 && one.index === 6)!;
    const keys = [await parseVerifierKey(key)];
    const whole = bytes(file);
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at]! ^= 1;
      await expect((async () => verifyProof(parseProof(changed), keys))(), `byte ${at}`).rejects.toThrow(Unproven);
    }
  });

  it("of another log proves nothing", async () => {
    await expect(proven(bytes(VECTORS.receipts[0]!.file), VECTORS.known[0]!.key)).rejects.toThrow("not signed by the log's key");
  });

  it.each(Object.entries(VECTORS.refused.receipts))("is refused: %s", (_, file) => {
    expect(() => parseProof(bytes(file))).toThrow(Unproven);
  });
});

describe("a consistency proof", () => {
  const read = (one: Vectors["consistency"][number]) => [one.old, bytes(one.old_root), one.new, bytes(one.new_root), one.proof.map(bytes)] as const;

  it.each(VECTORS.consistency)("from $old to $new holds", async (one) => {
    await verifyConsistency(...read(one));
  });

  it.each(VECTORS.consistency.filter((one) => one.old !== 0))("from $old to $new with anything else in it does not", async (one) => {
    const [old, oldRoot, size, root, proof] = read(one);
    const other = oldRoot.slice().reverse();
    await expect(verifyConsistency(old, other, size, root, proof)).rejects.toThrow(Unproven);
    await expect(verifyConsistency(old, oldRoot, size, other, proof)).rejects.toThrow(Unproven);
    await expect(verifyConsistency(old, oldRoot, size, root, [...proof, other])).rejects.toThrow(Unproven);
    for (const at of proof.keys()) await expect(verifyConsistency(old, oldRoot, size, root, proof.with(at, other))).rejects.toThrow(Unproven);
  });
});

describe("a policy", () => {
  it.each(VECTORS.witnessed)("$policy: cosigned by $cosigned", async ({ policy, text: file, note, binding, cosigned }) => {
    const read = await parsePolicy(file);
    expect(await standingOf(parseNote(bytes(note)), read)).toEqual({ isBinding: binding, cosigned });
    expect(canBeChecked(read)).toBe(policy === "three");
  });

  it.each(VECTORS.policies)("is read", async (file) => {
    expect(asksWitnesses(await parsePolicy(file))).toBe(file.includes("witness"));
  });

  it.each(Object.entries(VECTORS.refused.policies))("is refused: %s", async (_, file) => {
    await expect(parsePolicy(text(file))).rejects.toThrow(Unproven);
  });

  it("without witnesses makes nothing binding, and a cosignature that does not hold spoils the note", async () => {
    const { note, text: file } = VECTORS.witnessed.findLast((one) => one.binding)!;
    expect((await standingOf(parseNote(bytes(note)), null)).isBinding).toBe(false);
    expect((await standingOf(parseNote(bytes(note)), await parsePolicy("quorum none\n"))).isBinding).toBe(false);
    const read = parseNote(bytes(note));
    const last = read.lines.at(-1)!;
    const spoilt = { ...read, lines: [...read.lines.slice(0, -1), { ...last, signature: last.signature.map((byte, at) => (at === 20 ? byte ^ 1 : byte)) }] };
    await expect(standingOf(spoilt, await parsePolicy(file))).rejects.toThrow(Unproven);
  });
});

describe("evidence", () => {
  it.each(VECTORS.evidence)("is the file that the Python side writes, and as convincing: $why", async ({ why, first, second, proof, shown, file }) => {
    const [one, two] = [parseNote(bytes(first)), parseNote(bytes(second))];
    const between: Between | null = shown === null ? null : { oldRoot: bytes(shown), proof: proof.map(bytes) };
    expect(await whySplit(parseCheckpoint(one.text), parseCheckpoint(two.text), between)).toBe(why);
    expect(evidenceText(one, two, why ?? "suspected", "alpha.air", "2026-04-09T03:40:00Z", between)).toBe(file);
  });

  it("does not convince where the proof leads to no signed root", async () => {
    const { first, second, proof, shown } = VECTORS.evidence.find((one) => one.shown !== null)!;
    const between = { oldRoot: bytes(shown!), proof: proof.map(bytes).reverse() };
    const pair = [first, second].map((note) => parseCheckpoint(parseNote(bytes(note)).text)) as [never, never];
    expect(await whySplit(...pair, between)).toBeNull();
  });
});

describe("what is proved of a statement", () => {
  const said = VECTORS.said as never;
  const heard = (index: number) => ({ index, heard_at: new Date(VECTORS.at).toISOString() });
  const { signed } = VECTORS;
  const keys = [{ desk: "alpha.air", kid: takenApart(signed.sent)!.kid, key: { crv: "Ed25519", kty: "OKP", x: signed.x } } as RecordedKey];
  const unsigned = VECTORS.receipts.find((one) => one.size === 9 && one.index === 4)!;
  const item = (sent: string | null, change: Partial<Kept> = {}): Kept => ({ ...keptOf(said, sent, heard(4), 0), ...change });

  it("is that it stands there as it was sent", async () => {
    const [plain, token] = [await proven(bytes(unsigned.file), unsigned.key), await proven(bytes(signed.file), signed.key)];
    await checkIsOurs(item(JSON.stringify(said)), plain, "alpha.air", []);
    await checkIsOurs(item(signed.sent), token, "alpha.air", []);
    await checkIsOurs(item(null), token, "alpha.air", keys);
    expect(takenApart(signed.sent)?.seen).toBe(signed.seen);
    expect(await check(takenApart(signed.sent)!, keys[0]!.key)).toBe(true);
  });

  const WRONG: [string, Kept, "plain" | "token"][] = [
    ["it stands elsewhere", item(signed.sent, { index: 3 }), "token"],
    ["it is another statement", item(signed.sent, { id: "other" }), "token"],
    ["it was heard at another time", item(signed.sent, { heardAt: "2026-04-09T03:40:00Z" }), "token"],
    ["other words were signed", item(`${signed.sent}A`), "token"],
    ["it was sent signed and stands there unsigned", item(signed.sent), "plain"],
    ["it was sent unsigned and stands there signed", item(JSON.stringify(said)), "token"],
    ["other words were sent", item(JSON.stringify({ ...(said as object), precedence: "ROUTINE" })), "plain"],
  ];
  it.each(WRONG)("is not so where %s", async (_, kept, which) => {
    const given = which === "plain" ? unsigned : signed;
    await expect(checkIsOurs(kept, await proven(bytes(given.file), given.key), "alpha.air", keys)).rejects.toThrow(Unproven);
  });

  it("is not so for another desk, or what no key of the desk has signed", async () => {
    const token = await proven(bytes(signed.file), signed.key);
    await expect(checkIsOurs(item(signed.sent), token, "alpha.ground", keys)).rejects.toThrow(Unproven);
    await expect(checkIsOurs(item(null), token, "alpha.air", [])).rejects.toThrow("no key of this desk");
    const other = keys.map((key) => ({ ...key, desk: "bravo.air" }));
    await expect(checkIsOurs(item(null), token, "alpha.air", other)).rejects.toThrow("no key of this desk");
  });

  it("is kept for those that still need it, and of the others for the newest", () => {
    const items = [1, 2, 3, 4].map((index) => item(null, { id: `${index}`, index, state: index === 1 ? "missing" : "kept" }));
    const isSettled = (one: Kept): boolean => one.state === "kept";
    expect(overflow(items, 2, isSettled).map((one) => one.id)).toEqual(["3", "2"]);
    expect(overflow(items, 9, isSettled)).toEqual([]);
  });
});
