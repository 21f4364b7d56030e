/** This desk's key in this browser: whether it has one, whether it counts, and what is signed with it. */
import type { Statement } from "./api";
import type { Client } from "./client";
import { type DeskKey, KEY_PROOF, makeKey, type PublicJwk, sign, STATEMENT } from "./jws";
import type { KeptKeys, KeyShelf } from "./keyStore";

/** A key as the record has it. */
export interface RecordedKey {
  desk: string;
  party: string | null;
  kid: string;
  key: PublicJwk;
  fingerprint: string;
  valid_from: number;
  enrolled_at: string;
  vouched_by: string | null;
  retired_at: number | null;
  retired_by: string | null;
  retired_why: string | null;
}

/** The statement on its way: signed where there is a key that counts, else as it is. */
export interface Sealed {
  text: string;
  type: "application/jose" | "application/json";
}

/** What a browser that has no valid key asks one that has: to enrol its key. Nothing in it is secret. */
export interface EnrolmentRequest {
  key: PublicJwk;
  proof: string;
}

/** The request that somebody pasted; null when it is none. Whether its proof is good is for the host to say. */
export function requestOf(text: string): EnrolmentRequest | null {
  try {
    const { key, proof } = JSON.parse(text) as Partial<EnrolmentRequest>;
    return key?.kty === "OKP" && key.crv === "Ed25519" && typeof key.x === "string" && typeof proof === "string"
      ? { key: { crv: key.crv, kty: key.kty, x: key.x }, proof } : null;
  } catch {
    return null;
  }
}

export type KeyState =
  /** Keys were not read yet. */
  | "unknown"
  /** The browser has no Ed25519, or gives none to a page that did not come by https. */
  | "unavailable"
  /** No key of this desk is in this browser. */
  | "none"
  /** There is one here, which the host has not heard of yet or which another key has to enrol first. */
  | "waiting"
  | "ready";

export class Signing {
  state = $state<KeyState>("unknown");
  recorded = $state.raw<readonly RecordedKey[]>([]);
  private kept = $state.raw<KeptKeys>({ current: null, next: null });
  readonly kid = $derived(this.kept.current?.kid ?? this.kept.next?.kid ?? null);
  readonly own = $derived(this.recorded.filter((key) => key.desk === this.desk && key.retired_at === null));

  constructor(
    private readonly client: Client,
    private readonly mechanism: string,
    private readonly desk: string,
    private readonly shelf: KeyShelf,
    /** The newest checkpoint of the record that was verified here: what is signed passes it on. */
    private readonly seen: () => string | null = () => null,
  ) {}

  /** Reads what this browser keeps and what the record says of it. A key that was made and has been heard of takes over. */
  async read(): Promise<void> {
    this.kept = await this.shelf.load();
    this.recorded = (await this.client.get<{ items: RecordedKey[] }>("/v1/keys")).items;
    const counts = (key: DeskKey | null): boolean => key !== null && this.own.some((one) => one.kid === key.kid);
    const wasRetired = (key: DeskKey | null): boolean => key !== null && this.recorded.some((one) => one.kid === key.kid && one.retired_at !== null);
    const { current, next } = this.kept;
    if (counts(next)) await this.keep({ current: next, next: null });
    else if (wasRetired(current) || wasRetired(next)) await this.keep({ current: wasRetired(current) ? null : current, next: wasRetired(next) ? null : next });
    this.state = counts(this.kept.current) ? "ready" : this.kept.next ? "waiting" : globalThis.crypto?.subtle ? "none" : "unavailable";
  }

  private async keep(keys: KeptKeys): Promise<void> {
    await this.shelf.save(keys);
    this.kept = keys;
  }

  /** Makes a key and keeps it, to be enrolled. Yields what enrols it; null where the browser cannot. */
  async make(): Promise<EnrolmentRequest | null> {
    try {
      const next = this.kept.next ?? (await makeKey());
      await this.keep({ ...this.kept, next });
      if (this.state !== "ready") this.state = "waiting";
      return await this.request();
    } catch {
      if (this.state !== "ready") this.state = "unavailable";
      return null;
    }
  }

  /** What another place of this desk enrols the key here with. */
  async request(): Promise<EnrolmentRequest | null> {
    const next = this.kept.next;
    if (!next) return null;
    const proof = await sign(next, { desk: this.desk, kid: next.kid, mechanism: this.mechanism }, KEY_PROOF);
    return { key: next.jwk, proof };
  }

  /**
   * Signed by the key that counts; a desk's first key signs its own enrolment. What is said while the host cannot be
   * asked is signed by the key that counted last: it is held, and must not come unsigned when the link is back.
   */
  async seal(statement: Statement): Promise<Sealed> {
    if (this.state === "unknown") this.kept = await this.shelf.load().catch(() => this.kept);
    const { current, next } = this.kept;
    const isFirst = statement.type === "key_enrol" && this.own.length === 0 && this.state !== "unknown";
    const key = isFirst ? (next ?? current) : current; // a key that this host has never heard of enrols nothing
    if (!key) return { text: JSON.stringify(statement), type: "application/json" };
    return { text: await sign(key, statement, STATEMENT, this.seen()), type: "application/jose" };
  }
}
