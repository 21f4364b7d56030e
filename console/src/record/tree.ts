/**
 * The Merkle tree of RFC 6962 §2.1: how a proof is checked (RFC 9162 §2.1.3.2 and §2.1.4.2). Nodes are counted by
 * division, for JavaScript shifts no further than 32 bits.
 */
import { type Bytes, isSame, joined, sha256, Unproven } from "./encoding";

export const HASH_BYTES = 32;

export async function emptyRoot(): Promise<Bytes> {
  return sha256(new Uint8Array(0));
}

export async function leafHash(leaf: Bytes): Promise<Bytes> {
  return sha256(joined(Uint8Array.of(0), leaf));
}

export async function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(joined(Uint8Array.of(1), left, right));
}

const half = (node: number): number => Math.floor(node / 2);
const isOdd = (node: number): boolean => node % 2 === 1;

function checkLengths(size: number, hashes: readonly Bytes[]): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new Unproven(`a tree of ${size} entries`);
  if (hashes.some((one) => one.length !== HASH_BYTES)) throw new Unproven("proof: a hash of another length");
}

/** The leaf with this hash is at `index` (from 0) of the tree of `size` leaves with this root, or `Unproven`. */
export async function verifyInclusion(hashed: Bytes, index: number, size: number, proof: readonly Bytes[], root: Bytes): Promise<void> {
  checkLengths(size, [hashed, root, ...proof]);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new Unproven(`entry ${index} in a tree of ${size}`);
  let [node, last, made] = [index, size - 1, hashed];
  for (const sibling of proof) {
    if (last === 0) throw new Unproven("inclusion proof: too many hashes");
    if (isOdd(node) || node === last) {
      made = await nodeHash(sibling, made);
      while (!isOdd(node) && node > 0) [node, last] = [half(node), half(last)];
    } else {
      made = await nodeHash(made, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw new Unproven("inclusion proof: too few hashes");
  if (!isSame(made, root)) throw new Unproven("inclusion proof: it leads to another root");
}

/** The tree of `newSize` begins with all leaves of the tree of `oldSize`, or `Unproven`. */
export async function verifyConsistency(oldSize: number, oldRoot: Bytes, newSize: number, newRoot: Bytes, proof: readonly Bytes[]): Promise<void> {
  checkLengths(newSize, [oldRoot, newRoot, ...proof]);
  if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > newSize) throw new Unproven(`a tree of ${oldSize} before one of ${newSize}`);
  if (oldSize === 0 || oldSize === newSize) {
    if (proof.length > 0) throw new Unproven("consistency proof: hashes where none belong");
    if (!isSame(oldSize === 0 ? await emptyRoot() : newRoot, oldRoot)) throw new Unproven("consistency proof: another root");
    return;
  }
  const isFull = Number.isInteger(Math.log2(oldSize)) && 2 ** Math.log2(oldSize) === oldSize;
  const path = isFull ? [oldRoot, ...proof] : [...proof];
  const [old, made] = await twoRoots(oldSize - 1, newSize - 1, path);
  if (!isSame(old, oldRoot)) throw new Unproven("consistency proof: it leads to another earlier root");
  if (!isSame(made, newRoot)) throw new Unproven("consistency proof: it leads to another root");
}

/** RFC 9162 §2.1.4.2 steps 4 to 6: the two roots that the path makes. */
async function twoRoots(node: number, last: number, path: readonly Bytes[]): Promise<[Bytes, Bytes]> {
  const [first, ...rest] = path;
  if (!first) throw new Unproven("consistency proof: no hash");
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [old, made] = [first, first];
  for (const sibling of rest) {
    if (last === 0) throw new Unproven("consistency proof: too many hashes");
    if (isOdd(node) || node === last) {
      [old, made] = [await nodeHash(sibling, old), await nodeHash(sibling, made)];
      while (!isOdd(node) && node > 0) [node, last] = [half(node), half(last)];
    } else {
      made = await nodeHash(made, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw new Unproven("consistency proof: too few hashes");
  return [old, made];
}
