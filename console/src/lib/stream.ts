/** The live link: reads the event stream, resumes where it broke off, and says at any moment how it stands. */
import { backoffMs } from "./backoff";
import { type Client, Refusal } from "./client";
import { type ServerEvent, SseParser } from "./sse";

export type LinkState = "connecting" | "live" | "reconnecting" | "disconnected" | "refused";

export interface StreamHandlers {
  onEvent(event: ServerEvent): void;
  onState(state: LinkState): void;
  /** Anything at all arrived, a keep-alive comment included: the picture is as fresh as this. */
  onHeard(): void;
}

/** The host sends a comment every 10 s; a stream silent for longer than this is dead, whatever the socket says. */
export const SILENCE_MS = 25_000;
/** A link lost for this long is no longer called «reconnecting». */
export const GRACE_MS = 5_000;

export class Stream {
  private stopped = false;
  private abort: AbortController | null = null;
  private lostAt: number | null = null;
  private wake: (() => void) | null = null;

  constructor(
    private readonly client: Client,
    private readonly handlers: StreamHandlers,
    public lastId: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** Runs until stopped or refused; every loss is followed by another attempt. */
  async run(): Promise<void> {
    let attempt = 0;
    this.handlers.onState("connecting");
    while (!this.stopped) {
      try {
        await this.once(() => (attempt = 0));
      } catch (error) {
        if (error instanceof Refusal && (error.problem.status === 401 || error.problem.status === 403)) {
          this.handlers.onState("refused");
          return;
        }
      }
      if (this.stopped) return;
      this.lostAt ??= this.now();
      await this.pause(backoffMs(attempt++, Math.random()));
    }
  }

  stop(): void {
    this.stopped = true;
    this.abort?.abort();
    this.wake?.();
  }

  /** Tries again now instead of at the next turn: the browser has said that its network is back. */
  hurry(): void {
    this.wake?.();
  }

  private report(): void {
    const lost = this.now() - (this.lostAt ?? this.now());
    this.handlers.onState(lost < GRACE_MS ? "reconnecting" : "disconnected");
  }

  private async pause(ms: number): Promise<void> {
    const until = this.now() + ms;
    this.report();
    while (!this.stopped && this.now() < until) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(1000, until - this.now()));
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.report();
    }
    this.wake = null;
  }

  private async once(onOpen: () => void): Promise<void> {
    const abort = (this.abort = new AbortController());
    let silence = setTimeout(() => abort.abort(), SILENCE_MS);
    const ticking = this.lostAt === null ? null : setInterval(() => this.report(), 1000);
    try {
      const headers = { Accept: "text/event-stream", "Last-Event-ID": this.lastId };
      const response = await this.client.open("/v1/events", { headers, signal: abort.signal });
      if (ticking) clearInterval(ticking);
      if (!response.body) throw new TypeError("the event stream has no body");
      onOpen();
      this.lostAt = null;
      this.handlers.onState("live");
      const parser = new SseParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => abort.abort(), SILENCE_MS);
        this.handlers.onHeard();
        for (const event of parser.push(value)) {
          if (event.id) this.lastId = event.id;
          this.handlers.onEvent(event);
        }
      }
    } finally {
      clearTimeout(silence);
      if (ticking) clearInterval(ticking);
    }
  }
}
