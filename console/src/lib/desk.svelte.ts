/** This desk, live: what it knows, how its link stands, and the one way it speaks. */
import type { AckLevel, Advice, Alert, ChangeEvent, Me, MechanismInfo, Mode, Notice, Problem, Statement } from "./api";
import { aboutToAcknowledge, isSeen } from "./acknowledging";
import { Client, LinkDown, Refusal } from "./client";
import { Deliveries } from "./deliveries";
import { formatInstant, withReadableTimes } from "./instants";
import type { Accident, Heard, Stop } from "./line";
import { Outbox, type Said, tabShelf, type Unnumbered } from "./outbox";
import { partyLooks } from "./parties";
import { readOpen, readOver, readOwed } from "./reading";
import { keepNumber, keptNumber } from "./ringing";
import { SEVERITY, sorted } from "./severity";
import type { ServerEvent } from "./sse";
import { Notations } from "./notation";
import { keepLanguage, keptLanguage, type Lang, LANGUAGES, type PhraseBook, readPhrases } from "./phrases";
import { browserShelf } from "./keyStore";
import { type EnrolmentRequest, Signing } from "./signing.svelte";
import { byNeed, moveStatement, type StopMove } from "./stopping";
import { type LinkState, Stream } from "./stream";
import { Keeping } from "../record/keeping.svelte";
import { browserShelf as recordShelf, nameOfLog, passingShelf } from "../record/shelf";
import { newId } from "./uuid7";
import { afterAll, EMPTY, fromReading, news, shows, withOlder, type World } from "./world";

/** How long a burst of events is gathered before it is shown. */
const GATHER_MS = 100;

export class Desk {
  readonly client: Client;
  readonly me: Me;
  /** As agreed now: it may be amended while the page is open. */
  mechanism = $state.raw<MechanismInfo>(null!);
  readonly looks = $derived(partyLooks(this.mechanism));

  world = $state.raw<World>(EMPTY);
  link = $state<LinkState>("connecting");
  /** The host's clock, as nearly as this machine can tell it; whole seconds are enough to show. */
  nowMs = $state(0);
  heardAtMs = $state(0);
  mode = $state<Mode>("live");
  held = $state(0);
  /** The last thing to be said aloud by a screen reader; warnings interrupt. */
  aloud = $state.raw<{ text: string; urgent: boolean }>({ text: "", urgent: false });
  /** The last refusal or note that belongs to no field. */
  note = $state<string | null>(null);
  /** The last held statement that was refused when the link was back: its words are given back to whoever wrote it. */
  refusedLater = $state.raw<{ id: string; problem: Problem } | null>(null);
  /** The statements of the last events, for conversations to take up. */
  justSaid = $state.raw<readonly Heard[]>([]);
  /** The language that this desk reads phrases in, kept in this browser, and the book in it once it was read. */
  lang = $state<Lang>(keptLanguage(localStorage));
  book = $state.raw<PhraseBook | null>(null);
  /** The number to ring when nothing can be sent, kept in this browser. */
  private number = $state("");
  private seenHere = $state.raw<ReadonlySet<string>>(new Set());
  private waiting: ChangeEvent[] = [];
  private takeUpTimer: ReturnType<typeof setTimeout> | undefined;
  private arrivals = new Map<string, number>();

  readonly notices = $derived([...this.world.notices.values()].filter((n) => shows(n, this.mode)));
  readonly alerts = $derived(sorted([...this.world.alerts.values()].filter((a) => shows(a, this.mode)), (a) => this.seen(a)));

  readonly stops = $derived.by(() =>
    [...this.world.line.stop.values()].filter((s) => s.closed_at === null && shows(s, this.mode)).sort(byNeed(this.me)),
  );

  /** This desk's key in this browser. */
  readonly signing: Signing;

  /** What is proved of the record, here in this browser. */
  readonly keeping: Keeping;

  /** Positions as they are read out. */
  readonly notations: Notations;

  private readonly outbox: Outbox;
  private readonly deliveries: Deliveries;
  private stream: Stream | null = null;
  private readonly skewMs: number;

  private constructor(client: Client, private readonly token: string, me: Me, mechanism: MechanismInfo, skewMs: number) {
    this.client = client;
    this.notations = new Notations(client);
    this.me = me;
    this.mechanism = mechanism;
    this.skewMs = skewMs;
    this.number = keptNumber(localStorage, me.mechanism);
    this.nowMs = this.now();
    this.heardAtMs = this.nowMs;
    this.signing = new Signing(client, me.mechanism, me.desk, browserShelf(me.mechanism, me.desk), () => this.keeping.seen);
    this.keeping = new Keeping(client, me.desk, () => this.signing.recorded, () => this.link === "live");
    const nextSerial = async (): Promise<number> => (await client.get<Me>("/v1/me")).next_serial;
    this.outbox = new Outbox(client, tabShelf(`keepclear.held.${me.desk}`, sessionStorage), nextSerial,
      me.next_serial, () => formatInstant(this.now()), (statement) => this.signing.seal(statement), (held) => (this.held = held),
      (statement, problem) => this.refuseLater(statement, problem), (statement, sent, receipt) => this.keeping.said(statement, sent, receipt));
    this.held = this.outbox.held;
    this.deliveries = new Deliveries((through) => client.post("/v1/deliveries", { through }));
  }

  /** Signs in. Throws `Refusal` when the token is not known, `LinkDown` when the host is not there. */
  static async open(token: string): Promise<Desk> {
    const client = new Client(token);
    const asked = Date.now();
    const me = await client.get<Me>("/v1/me");
    const answered = Date.now();
    const mechanism = await client.get<MechanismInfo>("/v1/mechanism");
    return new Desk(client, token, me, mechanism, Date.parse(me.now) - (asked + answered) / 2);
  }

  now(): number {
    return Date.now() + this.skewMs;
  }

  /** Reads everything, then follows the stream for as long as the page lives. */
  async follow(): Promise<void> {
    setInterval(() => (this.nowMs = Math.floor(this.now() / 1000) * 1000), 250);
    addEventListener("online", () => this.stream?.hurry());
    for (;;) {
      try {
        await this.read();
        break;
      } catch (error) {
        if (error instanceof Refusal) this.note = error.message;
        this.link = "disconnected";
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    void this.keepRecord();
    const handlers = {
      onEvent: (e: ServerEvent) => this.take(e),
      onState: (s: LinkState) => this.linked(s),
      onHeard: () => (this.heardAtMs = this.now()),
    };
    this.stream = new Stream(this.client, handlers, String(this.world.index));
    await this.stream.run();
  }

  get ring(): string {
    return this.number;
  }

  set ring(number: string) {
    keepNumber(localStorage, this.me.mechanism, number);
    this.number = keptNumber(localStorage, this.me.mechanism);
  }

  private async keepRecord(): Promise<void> {
    const shelf = async () => recordShelf(await nameOfLog(this.me.mechanism, this.mechanism.signatures, this.token), this.me.desk);
    await this.keeping.begin(() => shelf().catch(() => passingShelf()));
  }

  /** Whether what is said live here, a STOP too, would be refused for want of a key. */
  get isMute(): boolean {
    const { state, own } = this.signing;
    const needed = this.mechanism.signatures === "required" || own.length > 0;
    return needed && state !== "ready" && state !== "unknown";
  }

  /** Whether one press can make this desk's key here and have it enrolled: it has none anywhere. */
  get canEnrolHere(): boolean {
    return this.isMute && this.signing.own.length === 0 && this.signing.state !== "unavailable";
  }

  /**
   * Makes a key in this browser and enrols it, if this desk has none or its key is here. Else it is kept, to be enrolled
   * from where the desk's key is: that is what `Signing.request` is for.
   */
  async enrolHere(): Promise<void> {
    const request = await this.signing.make();
    if (!request) return void (this.note = "This browser cannot keep a key: it needs Ed25519, and a page that came by https.");
    const isOnlyHere = this.signing.own.length === 0;
    if (!isOnlyHere && this.signing.state !== "ready") return;
    const replaces = isOnlyHere ? {} : { replaces: this.signing.kid! };
    await this.enrol({ ...request, ...replaces });
  }

  /** Enrols the key of another place of this desk, with the key that is here. */
  async enrolOther(request: EnrolmentRequest): Promise<boolean> {
    return this.enrol(request);
  }

  private async enrol(body: EnrolmentRequest & { replaces?: string }): Promise<boolean> {
    const done = await this.sayNoted("key_enrol", { ...body }, { mode: "live" });
    await this.readKeys();
    return done;
  }

  async revoke(desk: string, kid: string, reason: string): Promise<boolean> {
    const done = await this.sayNoted("key_revoke", { desk, kid, reason }, { mode: "live", precedence: "IMMEDIATE" });
    await this.readKeys();
    return done;
  }

  private async readKeys(): Promise<void> {
    try {
      await this.signing.read();
    } catch (error) {
      if (!(error instanceof LinkDown)) this.note = `The keys could not be read: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  seen(alert: Alert): boolean {
    return isSeen(alert, this.me, this.seenHere);
  }

  /** True for the first seconds after an alert came while this page was open: it may blink, and then must not. */
  isFresh(alert: Alert): boolean {
    const came = this.arrivals.get(alert.id);
    return came !== undefined && this.nowMs - came < 6000;
  }

  /** Says one statement. A refusal is thrown; a link that is down is not: the statement is held and goes later. */
  async say(type: string, body: Record<string, unknown>, more: Partial<Unnumbered> = {}): Promise<Said> {
    const statement: Unnumbered = {
      id: newId(this.now()), mechanism: this.me.mechanism, type, from: this.me.desk, precedence: "ROUTINE", refs: [],
      mode: this.mode, body, ...more,
    };
    return this.outbox.say(statement);
  }

  /** Yields whether it was heard or is held; a refusal is noted and is neither. */
  async acknowledge(about: string, level: AckLevel, mode: Mode, more: Record<string, unknown> = {}): Promise<boolean> {
    return this.tell(() => this.say("ack", { about, level, ...more }, { mode }));
  }

  /** One press on an alert: the alert, and the notices it is about that nobody here has yet seen. */
  async acknowledgeAlert(alert: Alert): Promise<void> {
    const { notices } = aboutToAcknowledge(alert, this.world, this.me);
    for (const notice of notices) await this.acknowledge(notice.statement, "person", notice.mode);
    const said = await this.acknowledge(alert.id, "person", alert.mode);
    if (said) this.seenHere = new Set([...this.seenHere, alert.id]);
  }

  /** What would clear a conflict, as of now. Throws `LinkDown` or `Refusal`. */
  async adviceOn(alert: Alert): Promise<Advice> {
    return this.client.get<Advice>(`/v1/alerts/${encodeURIComponent(alert.id)}/advice`);
  }

  /** This side's next word on a STOP. */
  async moveStop(stop: Stop, move: StopMove): Promise<boolean> {
    const { type, body } = moveStatement(stop, move);
    return this.tell(() => this.say(type, body, { mode: stop.mode, precedence: "FLASH" }));
  }

  /** Says something that belongs to no form: yields whether it was heard or is held; a refusal is noted. */
  async sayNoted(type: string, body: Record<string, unknown>, more: Partial<Unnumbered> = {}): Promise<boolean> {
    return this.tell(() => this.say(type, body, more));
  }

  /** Everything said about one thing, as far as this desk may see it. Throws `LinkDown` or `Refusal`. */
  async conversation(about: string): Promise<Heard[]> {
    const items: Heard[] = [];
    for (let from: number | null = 0; from !== null; ) {
      const page: { items: Heard[]; next: number | null } = await this.client.get(`/v1/conversations?about=${encodeURIComponent(about)}&from=${from}`);
      items.push(...page.items);
      from = page.next;
    }
    return items;
  }

  async setLanguage(wanted: string): Promise<void> {
    this.lang = LANGUAGES.find((lang) => lang === wanted) ?? "en";
    keepLanguage(localStorage, this.lang);
    await this.readBook();
  }

  /** The book in this desk's language. Without the link the one that was read before stays. */
  private async readBook(): Promise<void> {
    try {
      const book = await readPhrases(this.client, this.lang);
      if (book.lang === this.lang) this.book = book;
    } catch (error) {
      this.note = `The phrase book could not be read: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async move(notice: Notice, type: "activate" | "complete" | "cancel"): Promise<void> {
    await this.tell(() => this.say(type, { notice: notice.id }, { mode: notice.mode }));
  }

  /** Fetches the notices that are over, for those who want to look back. */
  async lookBack(): Promise<void> {
    try {
      this.world = withOlder(this.world, await readOver(this.client));
    } catch (error) {
      this.note = error instanceof Error ? error.message : String(error);
    }
  }

  private async tell(work: () => Promise<Said>): Promise<boolean> {
    try {
      const said = await work();
      this.note = said.kind === "held" ? "The link is down. What you said is held here and goes when it is back." : null;
      return true;
    } catch (error) {
      this.note = error instanceof Refusal ? `Refused: ${error.message}` : error instanceof LinkDown ? error.message : String(error);
      return false;
    }
  }

  private refuseLater(statement: Statement, problem: Problem): void {
    const title = typeof statement.body["title"] === "string" ? ` «${statement.body["title"]}»` : "";
    this.note = `Refused when the link was back: your ${statement.type}${title}. ${problem.detail}`;
    this.refusedLater = { id: statement.id, problem };
  }

  private async read(): Promise<void> {
    this.world = fromReading(await readOpen(this.client));
    void readOwed(this.client, this.world).then((owed) => (this.world = withOlder(this.world, owed)));
    await this.readKeys(); // before anything that was held goes out
    if (this.book === null) void this.readBook();
    this.heardAtMs = this.now();
    this.deliveries.have(this.world.index);
  }

  private take(event: ServerEvent): void {
    if (event.event === "reset") {
      void this.read().catch(() => (this.note = "The list could not be read again. Reload this page."));
      return;
    }
    const data = JSON.parse(event.data) as ChangeEvent;
    if (event.event === "change") this.waiting.push(data);
    else if (typeof data.index === "number") this.waiting.push({ index: data.index, at: "", changes: [] });
    if (this.takeUpTimer === undefined) this.takeUp();
  }

  /** A lone event shows at once; a burst shows together, ten times a second, so that the page keeps up with any host. */
  private takeUp(): void {
    this.takeUpTimer = setTimeout(() => {
      this.takeUpTimer = undefined;
      if (this.waiting.length > 0) this.takeUp();
    }, GATHER_MS);
    const events = this.waiting.splice(0);
    const accidents = this.world.line.accident;
    this.world = afterAll(this.world, events);
    const changes = events.flatMap((event) => event.changes);
    if (changes.some((c) => c.kind === "agreement")) void this.agreeAnew();
    for (const { accident } of changes) if (accident && !accidents.has(accident.id)) this.announceAccident(accident);
    const said = changes.flatMap((c) => c.statement ?? []);
    if (said.length > 0) this.justSaid = said;
    this.keeping.heard(said);
    if (changes.some((c) => c.kind === "key")) void this.readKeys();
    for (const event of events) for (const alert of news(event)) this.announce(alert);
    this.deliveries.have(this.world.index);
  }

  /** What is agreed has changed: read again, and again until it could be. */
  private async agreeAnew(): Promise<void> {
    try {
      this.mechanism = await this.client.get<MechanismInfo>("/v1/mechanism");
      this.note = "The agreement was amended. What is shown follows the amended one.";
    } catch (error) {
      if (error instanceof LinkDown) setTimeout(() => void this.agreeAnew(), 2000);
      else this.note = "The agreement was amended and could not be read again. Reload this page.";
    }
  }

  /** No alert is raised for an accident: it is said aloud here. */
  private announceAccident(accident: Accident): void {
    if (shows(accident, this.mode)) this.aloud = { text: `ACCIDENT declared by ${accident.from}.`, urgent: true };
  }

  private announce(alert: Alert): void {
    if (!shows(alert, this.mode)) return;
    this.arrivals.set(alert.id, this.now());
    this.aloud = { text: `${SEVERITY[alert.severity].word}. ${withReadableTimes(alert.why, this.now())}`, urgent: alert.severity === "warning" };
  }

  private linked(state: LinkState): void {
    const back = state === "live" && this.link !== "live";
    this.link = state;
    if (state === "disconnected") this.aloud = { text: "Disconnected. What is shown may be out of date.", urgent: true };
    if (back) {
      this.heardAtMs = this.now();
      this.deliveries.have(this.world.index);
      void this.outbox.flush();
      void this.keeping.look();
    }
  }
}
