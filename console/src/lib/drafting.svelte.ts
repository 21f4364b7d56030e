/** The notice that is being written: its text, its drawing, what it would clash with, and how its sending went. */
import { changesOf, draftOf } from "./amending";
import type { Alert, Notice, NoticeBody, Problem } from "./api";
import { LinkDown, Refusal } from "./client";
import { formatPositions, type LonLat, parsePositions } from "./coordinates";
import type { Desk } from "./desk.svelte";
import { bodyOf, type Draft, type DraftField, emptyDraft, fieldFor, noticeStatement, type Problems } from "./draft";
import { begin, draw, type Drawing, type DrawingInput } from "./drawing";
import { newId } from "./uuid7";

const PREVIEW_AFTER_MS = 350;

export type PreviewState =
  | { kind: "unfinished" }
  | { kind: "asking" }
  | { kind: "known"; alerts: Alert[] }
  | { kind: "unknown"; why: string };

export class Drafting {
  draft = $state<Draft>() as Draft;
  drawing = $state.raw<Drawing | null>(null);
  preview = $state.raw<PreviewState>({ kind: "unfinished" });
  /** Problems that the host named; each is forgotten as soon as its field is changed. */
  refused = $state<Problems>({});
  touched = $state<Partial<Record<DraftField, boolean>>>({});
  sending = $state(false);
  readonly regions: ReadonlySet<string>;
  readonly checked = $derived.by(() => bodyOf(this.draft, this.regions));
  private id = newId();
  /** Notices that are held, as they were typed: given back if the host refuses them when the link is back. */
  private readonly held = new Map<string, Draft>();
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly key: string;
  /** What the form made of the notice that is amended, before anything was changed. */
  private readonly before: NoticeBody | null;

  /** With `amends` the form is filled from that notice, which it must be able to hold (`draftOf`). */
  constructor(
    private readonly desk: Desk,
    readonly amends: Notice | null = null,
  ) {
    this.key = `keepclear.draft.${desk.me.desk}${amends ? `.${amends.id}.${amends.version}` : ""}`;
    const { places, regions } = desk.mechanism;
    this.regions = new Set([...places, ...(regions ?? [])].flatMap((p) => ("region" in p && p.region ? [p.region] : [])));
    this.before = amends && bodyOf(this.fresh(), this.regions).body;
    this.draft = this.kept() ?? this.fresh();
  }

  private fresh(): Draft {
    const others = this.desk.mechanism.parties.map((p) => p.id).filter((id) => id !== this.desk.me.party);
    const stands = this.amends && draftOf(this.amends, others);
    if (stands) return stands;
    return emptyDraft(this.desk.now(), others);
  }

  private kept(): Draft | null {
    const text = sessionStorage.getItem(this.key);
    return text ? { ...this.fresh(), ...(JSON.parse(text) as Draft) } : null;
  }

  /** What to say at a field: the host's word first, then ours once the officer has been there or tried to send. */
  problem(field: DraftField): string | null {
    return this.refused[field] ?? (this.touched[field] ? this.checked.problems[field] : null) ?? null;
  }

  /** Called after every change: keeps the text over a reload, and asks what it would lead to. */
  changed(field?: DraftField): void {
    sessionStorage.setItem(this.key, JSON.stringify(this.draft));
    if (field) delete this.refused[field];
    delete this.refused.form;
    clearTimeout(this.timer);
    this.asked++;
    if (!this.checked.body || !this.isChanged) {
      this.preview = { kind: "unfinished" };
      return;
    }
    this.preview = { kind: "asking" };
    const turn = this.asked;
    this.timer = setTimeout(() => void this.ask(turn), PREVIEW_AFTER_MS);
  }

  private async ask(turn: number): Promise<void> {
    const body = this.checked.body;
    if (!body) return;
    let answer: PreviewState;
    try {
      const asked = this.amends ? { ...this.asAmended(body), replaces: this.amends.id } : body;
      answer = { kind: "known", alerts: (await this.desk.client.post<{ alerts: Alert[] }>("/v1/preview", asked)).alerts };
    } catch (error) {
      if (error instanceof Refusal) this.refuse(error);
      answer = { kind: "unknown", why: error instanceof LinkDown ? "The link is down: this could not be checked." : String((error as Error).message) };
    }
    if (turn === this.asked) this.preview = answer;
  }

  /** Whether an amendment changes something, as far as that can be told from what stands in the form. */
  get isChanged(): boolean {
    const { body } = this.checked;
    return !this.amends || body === null || Object.keys(this.changes(body)).length > 0;
  }

  private changes(body: NoticeBody): Record<string, unknown> {
    return this.amends && this.before ? changesOf(this.amends, this.before, body) : {};
  }

  /** The whole body as it would stand: its envelope to the last digit where that was not changed. */
  private asAmended(body: NoticeBody): NoticeBody {
    const { envelope } = this.changes(body);
    return { ...body, envelope: (envelope ?? this.amends?.envelope) as NoticeBody["envelope"] };
  }

  get clashes(): Alert[] {
    return this.preview.kind === "known" ? this.preview.alerts.filter((a) => a.code === "CONFLICT_4D") : [];
  }

  startDrawing(): void {
    this.drawing = begin(this.draft.shape);
  }

  stopDrawing(): void {
    this.drawing = null;
  }

  input(input: DrawingInput): void {
    if (!this.drawing) return;
    const next = draw(this.drawing, input);
    this.drawing = next.done ? null : next;
    if (next.done) this.put(next.points, next.radius_m);
  }

  /** Points that came from the map become text, as if typed. */
  put(points: LonLat[], radius_m: number | null = null): void {
    this.draft.points = formatPositions(points);
    if (radius_m !== null) this.draft.radius = String(radius_m);
    this.touched.points = true;
    this.changed("points");
  }

  drag(index: number, to: LonLat): void {
    const { points } = parsePositions(this.draft.points);
    points[index] = to;
    this.put(points);
  }

  /**
   * Sends it. The id is kept until the host has answered, so a second press after a lost answer says the same thing
   * again. What was typed stays until it has been heard or is safely held. Yields the id of the notice.
   */
  async send(): Promise<Notice["id"] | null> {
    const { body, problems } = this.checked;
    for (const field of Object.keys(problems) as DraftField[]) this.touched[field] = true;
    if (!body || this.sending || !this.isChanged) return null;
    this.sending = true;
    this.refused = {};
    const { me, mode } = this.desk;
    const id = this.id;
    try {
      const draft = $state.snapshot(this.draft);
      const who = { mechanism: me.mechanism, desk: me.desk, mode: this.amends?.mode ?? mode };
      const notice = noticeStatement(id, draft, body, who);
      const statement = this.amends ? { ...notice, type: "amend", body: { notice: this.amends.id, ...this.changes(body) } } : notice;
      const said = await this.desk.say(statement.type, {}, statement);
      if (said.kind === "held") this.held.set(id, draft);
      this.clear();
      return this.amends?.id ?? id;
    } catch (error) {
      if (error instanceof Refusal) {
        this.refuse(error);
        this.id = newId(this.desk.now()); // that id was refused with that content; what is sent next is another
      } else this.refused = { form: (error as Error).message };
      return null;
    } finally {
      this.sending = false;
    }
  }

  /** Puts a held notice that was refused back into the form; yields whether it was one of this form's. */
  giveBack(id: string, problem: Problem): boolean {
    const draft = this.held.get(id);
    if (!draft) return false;
    this.held.delete(id);
    this.draft = draft;
    this.changed();
    this.refuse(new Refusal(problem));
    return true;
  }

  private refuse(error: Refusal): void {
    const { field } = error.problem;
    // At its field the sentence need not begin with the field's name.
    const said = field && error.message.startsWith(`${field}: `) ? error.message.slice(field.length + 2) : error.message;
    this.refused = { ...this.refused, [fieldFor(field)]: said };
  }

  clear(): void {
    sessionStorage.removeItem(this.key);
    this.id = newId(this.desk.now());
    this.draft = this.fresh();
    this.touched = {};
    this.refused = {};
    this.drawing = null;
    this.preview = { kind: "unfinished" };
  }
}
