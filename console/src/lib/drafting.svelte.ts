/** The notice that is being written: its text, its drawing, what it would clash with, and how its sending went. */
import type { Alert, Notice, Problem } from "./api";
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

  constructor(private readonly desk: Desk) {
    this.key = `keepclear.draft.${desk.me.desk}`;
    const { places, regions } = desk.mechanism;
    this.regions = new Set([...places, ...(regions ?? [])].flatMap((p) => ("region" in p && p.region ? [p.region] : [])));
    this.draft = this.kept() ?? this.fresh();
  }

  private fresh(): Draft {
    const others = this.desk.mechanism.parties.map((p) => p.id).filter((id) => id !== this.desk.me.party);
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
    const body = this.checked.body;
    if (!body) {
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
      answer = { kind: "known", alerts: (await this.desk.client.post<{ alerts: Alert[] }>("/v1/preview", body)).alerts };
    } catch (error) {
      if (error instanceof Refusal) this.refuse(error);
      answer = { kind: "unknown", why: error instanceof LinkDown ? "The link is down: this could not be checked." : String((error as Error).message) };
    }
    if (turn === this.asked) this.preview = answer;
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
    if (!body || this.sending) return null;
    this.sending = true;
    this.refused = {};
    const { me, mode } = this.desk;
    const id = this.id;
    try {
      const draft = $state.snapshot(this.draft);
      const said = await this.desk.say("notice", {}, noticeStatement(id, draft, body, { mechanism: me.mechanism, desk: me.desk, mode }));
      if (said.kind === "held") this.held.set(id, draft);
      this.clear();
      return id;
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
