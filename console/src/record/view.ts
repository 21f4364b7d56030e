/**
 * What this browser has seen of the log: its keys, pinned when they were first seen, and the newest checkpoint verified.
 * Each checkpoint that comes along must go on from that one, or lie before it. One that does not is evidence, and stays.
 */
import { isSame, Unproven, utf8 } from "./encoding";
import { type Between, evidenceText, whySplit } from "./evidence";
import { type Checkpoint, ED25519, type Note, noteText, parseCheckpoint, parseNote, parseVerifierKey, type VerifierKey, withLinesOf } from "./note";
import { signedCheckpoint } from "./proof";
import { verifyConsistency } from "./tree";

export interface Alarm {
  kind: "split" | "key";
  why: string;
  /** Whether the file alone convinces anybody, or only says what was found. */
  isProven: boolean;
  foundAt: string;
  /** What can be saved: evidence in its file form, or for a changed key both lists of keys. */
  file: string;
}

export interface Pinned {
  keys: readonly string[];
  sinceMs: number;
  /** The newest checkpoint, as a signed note. */
  newest: string | null;
  /** The policy that the host had when it was first seen: by it, and no other, «binding» is judged. */
  policy: string | null;
  alarms: readonly Alarm[];
}

export interface ViewShelf {
  load(): Promise<Pinned | null>;
  /** In one step that nothing comes between: tabs of one browser share what is kept. */
  change(step: (was: Pinned | null) => Pinned | null): Promise<Pinned | null>;
}

/** Asks the host for the proof between two sizes. `Unproven`: it cannot show any. */
export type ShownBetween = (from: number, to: number) => Promise<Between>;

/** The checkpoint does not fit what was seen before; the alarm is kept. */
export class SplitView extends Error {
  constructor(readonly alarm: Alarm) {
    super(alarm.why);
    this.name = "SplitView";
  }
}

const TRIES = 5;

export class LogView {
  pinned: Pinned | null = null;
  keys: readonly VerifierKey[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly shelf: ViewShelf,
    private readonly name: string,
    private readonly now: () => number,
    private readonly onChange: (pinned: Pinned | null) => void = () => {},
  ) {}

  async read(): Promise<void> {
    await this.have(await this.shelf.load());
  }

  get newest(): Checkpoint | null {
    return this.pinned?.newest ? parseCheckpoint(parseNote(utf8(this.pinned.newest)).text) : null;
  }

  /** The newest checkpoint as a statement's header passes it on: its text, and the log's Ed25519 line alone. */
  get seen(): string | null {
    if (!this.pinned?.newest) return null;
    const note = withLinesOf(parseNote(utf8(this.pinned.newest)), this.keys.filter((key) => key.type === ED25519));
    return note.lines.length > 0 ? noteText(note) : null;
  }

  /** These are the log's keys, unless others are believed already: then that is an alarm, and the pinned ones stay. */
  async trust(keys: readonly string[], policy: string | null): Promise<void> {
    for (const key of keys) await parseVerifierKey(key);
    const first: Pinned = { keys, sinceMs: this.now(), newest: null, policy, alarms: [] };
    await this.have(await this.shelf.change((was) => was ?? first));
    const pinned = this.pinned!.keys;
    if (pinned.length !== keys.length || pinned.some((key) => !keys.includes(key))) await this.alarm(this.keyAlarm(keys));
  }

  private keyAlarm(keys: readonly string[]): Alarm {
    const why = "the host gives another key for its record than the one that is kept here: who signs it now may not be who signed it before";
    const foundAt = instant(this.now());
    const file = `${JSON.stringify({ why, found_by: this.name, found_at: foundAt, kept_here: this.pinned!.keys, given_now: keys }, null, 1)}\n`;
    return { kind: "key", why, isProven: false, foundAt, file };
  }

  /** By this policy «binding» is judged from now on: a person has said so. */
  async judgeBy(policy: string | null): Promise<void> {
    await this.have(await this.shelf.change((was) => was && { ...was, policy }));
  }

  /** The checkpoint in the note, which goes on from what was seen, or lies before it. `Unproven`, or `SplitView`. */
  async take(note: Note, source: string, between: ShownBetween): Promise<Checkpoint> {
    const taken = this.turn.then(() => this.takeNow(note, source, between));
    this.turn = taken.catch(() => undefined);
    return taken;
  }

  private async takeNow(note: Note, source: string, between: ShownBetween): Promise<Checkpoint> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      await this.read();
      const checkpoint = await signedCheckpoint(note, this.keys);
      const was = this.pinned?.newest ?? null;
      const kept = this.newest;
      if (was !== null && kept !== null) await this.checkFits(parseNote(utf8(was)), kept, note, checkpoint, source, between);
      if (kept !== null && checkpoint.size <= kept.size) return checkpoint;
      let isPut = false;
      // Another tab that has seen more meanwhile is compared with first.
      const put = (now: Pinned | null): Pinned | null => ((isPut = now !== null && now.newest === was) ? { ...now!, newest: noteText(note) } : now);
      await this.have(await this.shelf.change(put));
      if (isPut) return checkpoint;
    }
    throw new Unproven("checkpoint: what is kept here changes too fast to be compared");
  }

  private async checkFits(keptNote: Note, kept: Checkpoint, note: Note, checkpoint: Checkpoint, source: string, between: ShownBetween): Promise<void> {
    const isNewer = checkpoint.size >= kept.size;
    const [first, second] = isNewer ? [kept, checkpoint] : [checkpoint, kept];
    if (first.size === second.size ? isSame(first.root, second.root) : first.size === 0) return;
    let shown: Between | null = null;
    try {
      if (first.size < second.size) {
        shown = await between(first.size, second.size);
        await verifyConsistency(first.size, first.root, second.size, second.root, shown.proof);
        return;
      }
    } catch (error) {
      if (!(error instanceof Unproven)) throw error;
    }
    const split = await whySplit(first, second, shown);
    const why = split ?? `${first.origin} cannot show that its tree of ${second.size} entries goes on from its tree of ${first.size}: the record was rolled back or forked`;
    const foundAt = instant(this.now());
    const notes = isNewer ? ([keptNote, note] as const) : ([note, keptNote] as const);
    const file = evidenceText(...notes, why, this.name, foundAt, shown);
    const alarm: Alarm = { kind: "split", why: `${why} (found in ${source})`, isProven: split !== null, foundAt, file };
    await this.alarm(alarm);
    throw new SplitView(alarm);
  }

  /** Kept until somebody begins anew. One that says no more than another does not come twice, and one that proves it does. */
  private async alarm(alarm: Alarm): Promise<void> {
    const says = (was: Alarm): boolean => was.kind === alarm.kind && (was.isProven || !alarm.isProven);
    await this.have(await this.shelf.change((was) => (was === null || was.alarms.some(says) ? was : { ...was, alarms: [...was.alarms, alarm] })));
  }

  private async have(pinned: Pinned | null): Promise<void> {
    if (pinned?.keys.join() !== this.pinned?.keys.join() || this.keys.length === 0) {
      this.keys = await Promise.all((pinned?.keys ?? []).map(parseVerifierKey));
    }
    this.pinned = pinned;
    this.onChange(pinned);
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
