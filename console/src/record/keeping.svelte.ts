/** This desk watches its record: a receipt for everything it said, and a log that only ever goes on. All of it is checked here. */
import type { Receipt, Statement } from "../lib/api";
import { type Client, LinkDown, Refusal } from "../lib/client";
import { takenApart } from "../lib/jws";
import type { Heard } from "../lib/line";
import type { RecordedKey } from "../lib/signing.svelte";
import { type Bytes, bytesOf, textOf, Unproven, utf8 } from "./encoding";
import type { Between } from "./evidence";
import { checkIsOurs, type Kept, keptOf, overflow, statementIn } from "./kept";
import { parseNote } from "./note";
import { asksWitnesses, canBeChecked, parsePolicy, type Policy, standingOf } from "./policy";
import { parseProof, verifyProof } from "./proof";
import type { RecordShelf } from "./shelf";
import { type Alarm, LogView, type Pinned, SplitView } from "./view";

/** How the host says that its record stands: it only ever says when to look, never what is so. */
export interface RecordStatus {
  origin: string;
  log_keys: string[];
  size: number;
  failure: string | null;
  binding_size: number | null;
  policy: string | null;
  split_view: boolean;
  missing: string[];
}

/** How often the newest checkpoint is looked at while nothing is said. */
export const LOOK_MS = 30_000;
const AGAIN_MS = 1_000;
const ELSEWHERE_MS = 5_000;
const MOST_KEPT = 200;

export class Keeping {
  items = $state.raw<ReadonlyMap<string, Kept>>(new Map());
  pinned = $state.raw<Pinned | null>(null);
  policy = $state.raw<Policy | null>(null);
  status = $state.raw<RecordStatus | null>(null);
  /** What keeps the record from being looked at, or is wrong with what came; null while all is well. */
  trouble = $state<string | null>(null);
  /** Why the pinned policy cannot be judged by: then nothing is binding here. */
  policyProblem = $state<string | null>(null);
  isUnavailable = $state(false);

  readonly alarms = $derived<readonly Alarm[]>(this.pinned?.alarms ?? []);
  readonly list = $derived([...this.items.values()].sort((a, b) => Date.parse(b.heardAt) - Date.parse(a.heardAt) || b.index - a.index));
  readonly failed = $derived(this.list.filter((item) => item.state === "missing" || item.state === "false"));
  readonly isWitnessed = $derived(asksWitnesses(this.policy));
  readonly isPolicyChanged = $derived(this.status !== null && this.pinned !== null && (this.status.policy ?? null) !== this.pinned.policy);

  private view: LogView | null = null;
  private shelf: RecordShelf | null = null;
  private readonly early: Kept[] = [];
  /** Of each other desk the newest signed statement that is not yet compared, by its index. */
  private readonly told = new Map<string, number>();
  private readonly compared = new Map<string, string>();
  private working = false;
  private asking = false;

  constructor(
    private readonly client: Client,
    private readonly desk: string,
    private readonly keysOfDesks: () => readonly RecordedKey[],
    private readonly isLinked: () => boolean,
    private readonly now: () => number = Date.now,
  ) {}

  /** What was kept is read, and the log looked at from now on, every so often. */
  async begin(shelf: () => Promise<RecordShelf>, every = LOOK_MS): Promise<void> {
    if (!globalThis.crypto?.subtle) return void (this.isUnavailable = true);
    this.shelf = await shelf();
    this.view = new LogView(this.shelf, this.desk, this.now, (pinned) => (this.pinned = pinned));
    await this.view.read();
    this.items = new Map((await this.shelf.said()).map((item) => [item.id, item]));
    for (const item of this.early.splice(0)) this.have(item);
    await this.look();
    void this.work();
    setInterval(() => void (this.isLinked() && this.look()), every);
  }

  /** The newest checkpoint that was verified here, as a statement's header passes it on. */
  get seen(): string | null {
    return this.view?.seen ?? null;
  }

  /** The host says that it heard this, sent so: its receipt is due. */
  said(statement: Statement, sent: string, heard: Receipt): void {
    this.have(keptOf(statement, sent, heard, this.now()));
    void this.work();
  }

  /** What is heard on the line: this desk's words from another place, and what other desks have seen of the log. */
  heard(statements: readonly Heard[]): void {
    for (const one of statements) {
      if (one.from !== this.desk) {
        if (one.signed_by) this.told.set(one.from, one.index);
      } else if (!this.items.has(one.id)) {
        setTimeout(() => void this.elsewhere(one), ELSEWHERE_MS); // it may be on its way out of here, or of another tab
      }
    }
  }

  /** A statement of this desk that was not sent from here is proved all the same; another tab may have kept it as sent. */
  private async elsewhere(one: Heard): Promise<void> {
    if (this.items.has(one.id)) return;
    const kept = (await this.shelf?.said().catch(() => []))?.find((item) => item.id === one.id);
    this.have(kept ?? keptOf(one, null, one, this.now()));
    void this.work();
  }

  /** A statement of this desk that nothing is kept of here is proved by its id; yields why not, or null. */
  async lookUp(id: string): Promise<string | null> {
    try {
      if (this.view!.keys.length === 0) await this.readStatus();
      const { index, entry } = await verifyProof(parseProof(await this.client.bytes(`/v1/statements/${encodeURIComponent(id)}/receipt`)), this.view!.keys);
      const said = statementIn(entry) as unknown as Statement;
      if (said.id !== id) throw new Unproven("its receipt is for another statement");
      await this.elsewhere({ ...said, index, heard_at: new Date(entry.at).toISOString() });
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private have(item: Kept): void {
    if (this.isUnavailable) return;
    if (!this.shelf) return void this.early.push(item);
    this.items = new Map(this.items).set(item.id, item);
    void this.shelf.keep(item).catch(() => undefined); // it is still kept here
  }

  private isSettled(item: Kept): boolean {
    return item.state === "binding" || (item.state === "kept" && !this.isWitnessed);
  }

  /** Asks for one receipt after another, so that nothing that is said has to wait for them; each again until it is due. */
  private async work(): Promise<void> {
    if (this.working || !this.view) return;
    this.working = true;
    for (let again = 0; ; again++) {
      const waiting = this.list.filter((item) => item.state === "waiting" || item.state === "missing").reverse();
      for (const item of waiting) if (item.state === "waiting" || again % 10 === 0) await this.settle(item);
      if (!this.list.some((item) => item.state === "waiting")) break;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    this.working = false;
    const surplus = overflow(this.list, MOST_KEPT, (item) => this.isSettled(item));
    if (surplus.length > 0) {
      const gone = new Set(surplus.map((item) => item.id));
      this.items = new Map([...this.items].filter(([id]) => !gone.has(id)));
      await this.shelf!.drop(surplus).catch(() => undefined);
    }
    void this.waitForWitnesses();
  }

  private async settle(item: Kept): Promise<void> {
    let isAnswered = true;
    let why: string;
    try {
      return await this.prove(item, "any", 1);
    } catch (error) {
      if (error instanceof Unproven || error instanceof SplitView) {
        this.have({ ...item, state: "false", why: error.message });
        return void this.look();
      }
      isAnswered = error instanceof Refusal || this.isLinked();
      why = error instanceof Error ? error.message : String(error);
    }
    if (item.state === "waiting" && isAnswered && this.now() >= item.dueMs) this.have({ ...item, state: "missing", why });
  }

  /** The receipt is fetched and checked, and the statement stands as it says. Throws when it does not hold. */
  private async prove(item: Kept, standing: "any" | "binding", waitS: number): Promise<void> {
    if (this.view!.keys.length === 0) await this.readStatus();
    const data = await this.client.bytes(`/v1/record/${item.index}/receipt?standing=${standing}&wait_s=${waitS}`, waitS * 1000 + 15_000);
    const proof = parseProof(data);
    await checkIsOurs(item, await verifyProof(proof, this.view!.keys), this.desk, this.keysOfDesks());
    await this.view!.take(proof.note, `the receipt for entry ${item.index}`, this.between);
    const { isBinding } = await standingOf(proof.note, this.policy);
    if (["kept", "binding"].includes(this.items.get(item.id)?.state ?? "") && !isBinding) return;
    this.have({ ...item, state: isBinding ? "binding" : "kept", why: null, receipt: textOf(data, "receipt") });
  }

  /** The newest statement that is not yet binding is waited for; the others are then under the same checkpoint. */
  private async waitForWitnesses(): Promise<void> {
    if (this.asking || !this.policy || !this.isWitnessed || !canBeChecked(this.policy)) return;
    this.asking = true;
    try {
      const [newest] = this.list.filter((item) => item.state === "kept");
      if (newest) await this.prove(newest, "binding", 10);
      if (newest && this.items.get(newest.id)?.state === "binding") await this.upgrade(newest.index);
    } catch (error) {
      this.took(error);
    }
    this.asking = false;
  }

  private async upgrade(through: number): Promise<void> {
    for (const item of this.list) if (item.state === "kept" && item.index <= through) await this.prove(item, "any", 0);
  }

  /** The host's newest checkpoint goes on from what was seen, and so does what other desks have seen. */
  async look(): Promise<void> {
    if (!this.view) return;
    try {
      await this.readStatus();
      await this.view.take(parseNote(await this.client.bytes("/v1/checkpoint")), "the host's newest checkpoint", this.between);
      this.trouble = this.status?.failure ? `The host signs nothing more into its record: ${this.status.failure}` : null;
      await this.compare();
      if (!this.asking && this.status?.binding_size) await this.upgrade(this.status.binding_size - 1);
    } catch (error) {
      this.took(error);
    }
    void this.work();
  }

  /**
   * What other desks say to have seen: the header of what each signed last, which events do not have. What the log has not
   * signed is no evidence of anything, and passed over.
   */
  private async compare(): Promise<void> {
    for (const [desk, index] of this.told) {
      try {
        const { statement } = await this.client.get<{ statement: { jws?: string } | null }>(`/v1/record/${index}`);
        const seen = statement?.jws === undefined ? null : (takenApart(statement.jws)?.seen ?? null);
        if (seen !== null && this.compared.get(desk) !== seen) {
          await this.view!.take(parseNote(utf8(seen)), `what ${desk} has seen`, this.between);
          this.compared.set(desk, seen);
        }
      } catch (error) {
        if (!(error instanceof Unproven) && !(error instanceof Refusal)) throw error;
      }
      if (this.told.get(desk) === index) this.told.delete(desk);
    }
  }

  private async readStatus(): Promise<void> {
    this.status = await this.client.get<RecordStatus>("/v1/record/status");
    await this.view!.trust(this.status.log_keys, this.status.policy ?? null);
    await this.readPolicy();
  }

  private async readPolicy(): Promise<void> {
    const text = this.view!.pinned?.policy ?? null;
    try {
      this.policy = text === null ? null : await parsePolicy(text);
      this.policyProblem = null;
    } catch (error) {
      if (!(error instanceof Unproven)) throw error;
      [this.policy, this.policyProblem] = [null, error.message];
    }
  }

  /** Somebody was told of the other policy, and has compared it. */
  async takePolicy(): Promise<void> {
    await this.view!.judgeBy(this.status?.policy ?? null);
    await this.readPolicy();
    void this.look();
  }

  /** Nothing of this log is kept any more: what comes next is believed as on the first day. */
  async beginAnew(): Promise<void> {
    await this.shelf!.forget();
    this.items = new Map();
    await this.view!.read();
    await this.look();
  }

  /** A link that is down proves nothing; what does not hold is said, and a split view has its alarm. */
  private took(error: unknown): void {
    if (error instanceof LinkDown || error instanceof SplitView) return;
    this.trouble = error instanceof Error ? error.message : String(error);
  }

  private readonly between = async (from: number, to: number): Promise<Between> => {
    try {
      const shown = await this.client.get<{ old_root: string; proof: string[] }>(`/v1/consistency?from=${from}&to=${to}`);
      const hashes = (Array.isArray(shown.proof) ? shown.proof : []).map((one): Bytes => bytesOf(String(one), "proof"));
      return { oldRoot: bytesOf(String(shown.old_root), "old_root"), proof: hashes };
    } catch (error) {
      if (error instanceof Refusal && [400, 404, 422].includes(error.problem.status)) throw new Unproven(error.message);
      throw error;
    }
  };
}
