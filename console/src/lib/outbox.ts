/**
 * What this desk says, until the host has it. A statement is numbered and dated once and keeps its id through every
 * retry, so that sending it twice is harmless; one that could not be sent is held and goes when the link is back.
 */
import type { Problem, Receipt, Statement } from "./api";
import { type Client, LinkDown, Refusal } from "./client";
import type { Sealed } from "./signing.svelte";

const MOST_RENUMBERINGS = 3;

export interface Held {
  statement: Statement;
  /** As it was sent, or would have been: said again it must be the same, to the last byte. */
  sealed?: Sealed;
  /** It was kept because the link was down: the host is told so, and does not call its clock wrong. */
  held: boolean;
}

export type Said = { kind: "heard"; receipt: Receipt } | { kind: "held" };

export interface Shelf {
  load(): Held[];
  save(items: Held[]): void;
}

/** Keeps held statements over a reload of the page, but not beyond its tab. */
export function tabShelf(key: string, storage: Storage): Shelf {
  return {
    load: () => JSON.parse(storage.getItem(key) ?? "[]") as Held[],
    save: (items) => storage.setItem(key, JSON.stringify(items)),
  };
}

/** Refused because of what it says. Not so when the token, the load or the host itself is what stands in the way. */
function isFinal({ status }: Problem): boolean {
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
}

export type Unnumbered = Omit<Statement, "serial" | "said_at">;

export class Outbox {
  private items: Held[];
  private chain: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: Client,
    private readonly shelf: Shelf,
    private readonly nextSerial: () => Promise<number>,
    /** What the host expected when the page was opened: for what is said when it cannot be asked. */
    private expected: number,
    private readonly saidAt: () => string,
    private readonly seal: (statement: Statement) => Promise<Sealed>,
    private readonly onChange: (held: number) => void = () => {},
    /** A held statement that the host would not take after all: nobody is waiting for its answer, so it is told here. */
    private readonly onRefused: (statement: Statement, problem: Problem) => void = () => {},
    /** The host says that it heard this, sent so. */
    private readonly onHeard: (statement: Statement, sent: string, receipt: Receipt) => void = () => {},
  ) {
    this.items = shelf.load();
  }

  get held(): number {
    return this.items.length;
  }

  /** Says one thing, after all that was said before it. A refusal is thrown to the caller and the statement dropped. */
  say(words: Unnumbered): Promise<Said> {
    return this.inTurn(() => this.sayNow(words));
  }

  /** Sends what is held, oldest first; stops at the first that cannot be sent. */
  flush(): Promise<void> {
    return this.inTurn(async () => {
      while (this.items.length > 0) {
        try {
          await this.post(this.items[0]!);
        } catch (error) {
          if (!(error instanceof Refusal) || !isFinal(error.problem)) return;
          this.onRefused(this.items[0]!.statement, error.problem);
        }
        this.keep(this.items.slice(1)); // heard, or refused for good: an answered statement is not sent again
      }
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.chain.then(work, work);
    this.chain = turn.catch(() => undefined);
    return turn;
  }

  private async sayNow(words: Unnumbered): Promise<Said> {
    const serial = await this.serial();
    const statement: Statement = { ...words, serial, said_at: this.saidAt() };
    const item: Held = { statement, sealed: await this.seal(statement), held: this.items.length > 0 };
    if (item.held) {
      this.keep([...this.items, item]);
      return { kind: "held" };
    }
    try {
      return { kind: "heard", receipt: await this.post(item) };
    } catch (error) {
      if (!(error instanceof LinkDown)) throw error;
      item.held = true;
      this.keep([...this.items, item]);
      return { kind: "held" };
    }
  }

  private async serial(): Promise<number> {
    const last = this.items.at(-1)?.statement.serial;
    if (last !== undefined) return last + 1;
    try {
      this.expected = await this.nextSerial();
    } catch (error) {
      if (!(error instanceof LinkDown)) throw error; // else by what was last known: it will be held anyhow
    }
    return this.expected;
  }

  private async post(item: Held): Promise<Receipt> {
    for (let attempt = 0; ; attempt++) {
      try {
        item.sealed ??= await this.seal(item.statement);
        const headers = { "Content-Type": item.sealed.type, ...(item.held ? { "Keepclear-Held": "true" } : {}) };
        const receipt = await this.client.send<Receipt>("/v1/statements", item.sealed.text, headers);
        this.expected = item.statement.serial + 1;
        this.onHeard(item.statement, item.sealed.text, receipt);
        return receipt;
      } catch (error) {
        const taken = error instanceof Refusal && error.problem.field === "serial";
        if (!taken || attempt >= MOST_RENUMBERINGS) throw error;
        await this.renumber(item);
      }
    }
  }

  /**
   * Another place of this desk has used the number meanwhile (a second tab, the terminal). What was refused was never
   * heard, so it may take another; that is put on the shelf before it is sent, or a lost answer could not be made good.
   */
  private async renumber(item: Held): Promise<void> {
    item.statement = { ...item.statement, serial: await this.nextSerial() };
    item.sealed = await this.seal(item.statement);
    this.shelf.save(this.items);
  }

  private keep(items: Held[]): void {
    this.items = items;
    this.shelf.save(items);
    this.onChange(items.length);
  }
}
