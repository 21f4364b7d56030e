/** Two checkpoints that one log has signed and that cannot both be true, in the file form `keepclear-evidence/1`. */
import { base64Of, type Bytes, isSame, Unproven } from "./encoding";
import { type Checkpoint, type Note, noteText } from "./note";
import { verifyConsistency } from "./tree";

/** What the host shows between two of its trees: the root it says the earlier one has, and the proof. */
export interface Between {
  oldRoot: Bytes;
  proof: readonly Bytes[];
}

/** Why both cannot be true, the smaller first; null when these do not show it by themselves. */
export async function whySplit(first: Checkpoint, second: Checkpoint, shown: Between | null): Promise<string | null> {
  if (first.size === second.size) {
    return isSame(first.root, second.root) ? null : `${first.origin} has signed two different trees of ${first.size} entries`;
  }
  if (shown === null || isSame(shown.oldRoot, first.root)) return null;
  try {
    await verifyConsistency(first.size, shown.oldRoot, second.size, second.root, shown.proof);
  } catch (error) {
    if (error instanceof Unproven) return null;
    throw error;
  }
  return `${first.origin} has signed a tree of ${first.size} entries, and one of ${second.size} entries whose first ${first.size} are others`;
}

export function evidenceText(first: Note, second: Note, why: string, foundBy: string, foundAt: string, shown: Between | null): string {
  const value = {
    format: "keepclear-evidence/1", why, found_by: foundBy, found_at: foundAt, first: noteText(first), second: noteText(second),
    proof: (shown?.proof ?? []).map(base64Of), ...(shown ? { root_of_first_in_second: base64Of(shown.oldRoot) } : {}),
  };
  return `${JSON.stringify(value, null, 1)}\n`;
}
