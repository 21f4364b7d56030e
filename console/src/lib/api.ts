/**
 * What the host says, as TypeScript. One type a view; names and shapes are those of the HTTP interface (/v1).
 * Instants are RFC 3339 text in UTC; absent optional fields are null.
 */
import type { Geometry, LineString, MultiPolygon, Point, Polygon } from "geojson";
import type { Accident, DeskWatch, Heard, LineTest, Observation, Proposal, Stop, Suspension } from "./line";

export type Severity = "advisory" | "caution" | "warning";
export type Precedence = "FLASH" | "IMMEDIATE" | "PRIORITY" | "ROUTINE";
export type Mode = "live" | "exercise";
export type NoticeState = "heard" | "active" | "complete" | "cancelled" | "expired";
export type Grade = "undelivered" | "delivered" | "person" | "understood" | "not_understood" | "disseminated";
export type AckLevel = "person" | "understood" | "not_understood" | "disseminated";

export const ACTIVITIES = [
  "fixed_wing", "rotary", "uas", "ground", "maritime", "live_fire", "launch", "laser", "emitter", "works",
  "site_visit", "medevac", "sar", "firefight", "humanitarian", "civil", "other",
] as const;
export type Activity = (typeof ACTIVITIES)[number];

export const PRECEDENCES: readonly Precedence[] = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"];

export type FootprintGeometry = Polygon | MultiPolygon | Point | LineString;

export interface Volume {
  footprint: FootprintGeometry;
  radius_m?: number | null;
  half_width_m?: number | null;
  floor: string;
  ceiling: string;
  start: string;
  end: string;
}

/** Heights of a trajectory are metres above the WGS84 ellipsoid. */
export interface Trajectory {
  type: "MovingPoint";
  datetimes: string[];
  coordinates: [number, number, number][];
  lateral_m: number;
  vertical_m: number;
  time_s: number;
}

export type Envelope = Volume[] | Trajectory;

export interface PlaceClaim {
  name?: string;
  region?: string;
  within_km?: number;
  bearing?: string;
  distance_km?: [number, number];
}

export interface NoticeBody {
  activity: Activity;
  envelope?: Envelope;
  title?: string;
  place?: PlaceClaim;
  purpose?: string;
  read_back?: boolean;
  remarks?: string;
}

export interface Recipient {
  desk: string;
  party: string | null;
  grade: Grade;
  at: string | null;
  /** Units that were reached, by name and time. */
  reached: { name: string; at: string }[];
  read_back: "matched" | "mismatched" | null;
}

export interface Notice {
  id: string;
  /** The statement that made this version: what an acknowledgement is about. */
  statement: string;
  version: number;
  from: string;
  party: string | null;
  to: string[];
  activity: string;
  title: string | null;
  place: PlaceClaim | null;
  envelope: Envelope | null;
  purpose: string | null;
  must_reach: string[] | null;
  read_back: boolean | null;
  remarks: string | null;
  precedence: Precedence;
  mode: Mode;
  state: NoticeState;
  heard_at: string;
  start: string | null;
  end: string | null;
  recipients: Recipient[];
  /** For the sender's party and the mediator: whether all have it, and what is lacking of whom. */
  ready: boolean | null;
  missing: { side: string; lacks: string[] }[];
}

export interface AlertAck {
  desk: string;
  level: AckLevel;
  at: string;
}

export interface ConflictDetail {
  verdict?: string;
  start?: string;
  end?: string;
  /** Null under `broker`: they would tell of the other side. */
  widened?: boolean | null;
  lateral_gap_m?: number | null;
  vertical_gap_m?: number | null;
  overlap?: Geometry | null;
}

export interface Alert {
  id: string;
  code: string;
  severity: Severity;
  about: string[];
  why: string;
  may_do: string[];
  raised_at: string;
  risen_at: string | null;
  cleared_at: string | null;
  cleared_why: string | null;
  to: string[];
  detail: ConflictDetail & Record<string, unknown>;
  mode: Mode;
  acknowledged: AlertAck[];
}

/** One change that would clear a conflict; `change` is what a proposal would hold, the rest says it in figures. */
export interface AdviceOption {
  kind: string;
  cost: number;
  why: string;
  change: { notice: string; shift_min?: number; floor?: string; ceiling?: string; envelope?: Envelope };
  /** The body of a statement that would propose it; null where this desk may not propose. */
  proposal: { about: string; change: AdviceOption["change"] } | null;
  shift_min: number | null;
  floor: string | null;
  ceiling: string | null;
  rise: string | null;
  bearing_deg: number | null;
  aside_m: number | null;
  side: "left" | "right" | null;
}

export interface AdviceSide {
  notice: string;
  party: string;
  options: AdviceOption[];
  cut: boolean;
}

/** For a party its own side, for the mediator both. */
export interface Advice {
  alert: string;
  step_min: number;
  /** Some of what would be near was not tried. */
  cut?: boolean;
  sides: AdviceSide[];
}

export type ObligationKind =
  | "ack" | "read_back" | "dissemination" | "stop_reply" | "claim" | "line_test" | "line_test_reply" | "proposal_answer";

export interface Obligation {
  id: string;
  kind: ObligationKind;
  desk_or_party: string;
  about: string;
  /** The notice, STOP, accident, observation, line test or proposal that it belongs to. */
  subject: string;
  due_at: string;
  met_at: string | null;
  state: "open" | "met" | "lapsed";
}

export interface Me {
  desk: string;
  party: string | null;
  role: string;
  mediator: boolean;
  mechanism: string;
  now: string;
  next_serial: number;
}

export interface Party {
  id: string;
  name: string;
}

export interface DeskInfo {
  id: string;
  role: string;
  party: string | null;
}

/** Something that the agreement itself draws on the map: its area, a zone, a region, a third force's area. */
export interface AgreedArea {
  id?: string;
  name?: string;
  region?: string;
  footprint: FootprintGeometry;
  radius_m?: number | null;
  half_width_m?: number | null;
  floor?: string;
  ceiling?: string;
  forbids?: string[];
  parties?: string[];
}

export interface AgreedPlace {
  name: string;
  lon: number;
  lat: number;
}

export interface MechanismInfo {
  name: string;
  disclosure: "board" | "broker";
  /** Whether a live statement has to be signed. */
  signatures: "required" | "optional";
  area: AgreedArea | FootprintGeometry | null;
  parties: Party[];
  desks: DeskInfo[];
  places: (AgreedPlace | AgreedArea)[];
  regions?: AgreedArea[];
  zones: AgreedArea[];
  third_forces: AgreedArea[];
  rules: Record<string, number>;
}

/** A kind that this page does not know is passed over. */
export interface Change {
  kind: string;
  what: string;
  statement?: Heard;
  notice?: Notice;
  alert?: Alert;
  obligation?: Obligation;
  stop?: Stop;
  proposal?: Proposal;
  observation?: Observation;
  accident?: Accident;
  line_test?: LineTest;
  suspension?: Suspension;
  watch?: DeskWatch;
}

export interface ChangeEvent {
  index: number;
  at: string;
  changes: Change[];
}

export interface Page<T> {
  items: T[];
  next: string | null;
  index: number;
}

export interface Statement {
  id: string;
  mechanism: string;
  type: string;
  from: string;
  serial: number;
  said_at: string;
  precedence: Precedence;
  to?: string[];
  refs: string[];
  mode: Mode;
  body: Record<string, unknown>;
}

export interface Receipt {
  id: string;
  index: number;
  heard_at: string;
  alerts: Alert[];
}

/** RFC 9457. `field` names the part of the statement that the host could not accept. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  field?: string;
}
