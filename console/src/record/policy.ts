/** Whose word makes a checkpoint binding: a C2SP tlog-policy, read strictly. Logs are those that are pinned here. */
import { isSame, Unproven } from "./encoding";
import { ED25519, ED25519_COSIGNATURE, ML_DSA_44, type Note, parseVerifierKey, type VerifierKey, verifyNote } from "./note";

export interface Witness {
  name: string;
  key: VerifierKey;
}

interface Group {
  name: string;
  threshold: number;
  members: readonly string[];
}

/** A `quorum` of null asks for no cosignature. */
export interface Policy {
  witnesses: readonly Witness[];
  groups: readonly Group[];
  quorum: string | null;
}

export interface Standing {
  isBinding: boolean;
  /** Witnesses whose cosignatures were verified here. */
  cosigned: readonly string[];
}

const NONE = "none";

/** The policy in a text; `Unproven` names the line. */
export async function parsePolicy(text: string): Promise<Policy> {
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text) || (text && !text.endsWith("\n"))) throw new Unproven("policy: no text of whole lines");
  const reading = new Reading();
  for (const [at, line] of text.split("\n").entries()) {
    const words = line.split(/[ \t]+/).filter(Boolean);
    if (words.length > 0 && !words[0]!.startsWith("#")) await reading.take(words, `policy, line ${at + 1}`);
  }
  return reading.finished();
}

class Reading {
  private readonly logs: VerifierKey[] = [];
  private readonly witnesses: Witness[] = [];
  private readonly groups: Group[] = [];
  private readonly grouped = new Set<string>();
  private readonly named = new Set<string>();
  private quorum: string | undefined;

  async take([verb, ...words]: string[], at: string): Promise<void> {
    if (verb === "log" && (words.length === 1 || words.length === 2)) return this.log(words[0]!, at);
    if (verb === "witness" && (words.length === 2 || words.length === 3)) return this.witness(words[0]!, words[1]!, at);
    if (verb === "group" && words.length >= 3) return this.group(words[0]!, words[1]!, words.slice(2), at);
    if (verb !== "quorum" || words.length !== 1 || this.quorum !== undefined) throw new Unproven(`${at}: «${verb}» is not understood`);
    if (words[0] !== NONE) this.known(words[0]!, at);
    this.quorum = words[0];
  }

  finished(): Policy {
    if (this.quorum === undefined) throw new Unproven("policy: no quorum line");
    return { witnesses: this.witnesses, groups: this.groups, quorum: this.quorum === NONE ? null : this.quorum };
  }

  private async log(text: string, at: string): Promise<void> {
    this.logs.push(await this.newKey(text, [ED25519, ML_DSA_44], this.logs, at));
  }

  private async witness(name: string, text: string, at: string): Promise<void> {
    this.fresh(name, at);
    const key = await this.newKey(text, [ED25519_COSIGNATURE, ML_DSA_44], this.witnesses.map((one) => one.key), at);
    this.witnesses.push({ name, key });
  }

  private async newKey(text: string, types: readonly number[], known: readonly VerifierKey[], at: string): Promise<VerifierKey> {
    const key = await parseVerifierKey(text);
    if (!types.includes(key.type)) throw new Unproven(`${at}: a key of another type`);
    if (known.some((one) => isSame(one.publicKey, key.publicKey))) throw new Unproven(`${at}: a key that was listed before`);
    return key;
  }

  private group(name: string, word: string, members: string[], at: string): void {
    for (const member of members) {
      this.known(member, at);
      if (this.grouped.has(member)) throw new Unproven(`${at}: «${member}» is a member already`);
      this.grouped.add(member);
    }
    const threshold = word === "all" ? members.length : word === "any" ? 1 : /^[1-9][0-9]{0,8}$/.test(word) ? Number(word) : 0;
    if (threshold < 1 || threshold > members.length) throw new Unproven(`${at}: «${word}» of ${members.length}`);
    this.fresh(name, at);
    this.groups.push({ name, threshold, members });
  }

  private fresh(name: string, at: string): void {
    if (name === NONE || this.named.has(name)) throw new Unproven(`${at}: «${name}» a second time`);
    this.named.add(name);
  }

  private known(name: string, at: string): void {
    if (!this.named.has(name)) throw new Unproven(`${at}: «${name}» is not defined before`);
  }
}

/** Whether these witnesses are a quorum. */
export function isMet(policy: Policy, cosigned: ReadonlySet<string>): boolean {
  const has = (name: string): boolean => {
    const group = policy.groups.find((one) => one.name === name);
    return group ? group.members.filter(has).length >= group.threshold : cosigned.has(name);
  };
  return policy.quorum === null || has(policy.quorum);
}

/** Whether witnesses are asked for at all: without them nothing is ever binding, whatever a file says. */
export function asksWitnesses(policy: Policy | null): policy is Policy & { quorum: string } {
  return policy !== null && policy.quorum !== null;
}

/** Whether a quorum can be met by the witnesses whose signatures can be checked here. */
export function canBeChecked(policy: Policy): boolean {
  return isMet(policy, new Set(policy.witnesses.filter((one) => one.key.type !== ML_DSA_44).map((one) => one.name)));
}

/** How a checkpoint stands; that the log has signed it is for the caller to see to. Without witnesses none is binding. */
export async function standingOf(note: Note, policy: Policy | null): Promise<Standing> {
  if (!asksWitnesses(policy)) return { isBinding: false, cosigned: [] };
  const signed = new Set((await verifyNote(note, policy.witnesses.map((one) => one.key))).map((key) => key.text));
  const cosigned = policy.witnesses.filter((one) => signed.has(one.key.text)).map((one) => one.name);
  return { isBinding: isMet(policy, new Set(cosigned)), cosigned };
}
