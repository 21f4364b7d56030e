/** Where and when a notice is, in the notations that people read out to each other. Positions are written by the host. */
import type { Envelope } from "./api";
import type { Client } from "./client";
import { formatDtg } from "./conversation";
import { type LonLat, wrapLon } from "./coordinates";
import { MINUTE, MONTHS, roundUp } from "./instants";

export interface PositionInNotations {
  lon: number;
  lat: number;
  resolution_m: number;
  decimal: string;
  dms: string;
  mgrs: string;
}

/** One position that stands for an envelope, and which one it is. */
export interface Spot {
  says: string;
  at: LonLat;
}

const FIRST = { Point: "Centre", LineString: "First position of the line", Polygon: "First position of the ring", MultiPolygon: "First position of the first ring" };

/** The centre of a disc, or the first position of a line, ring or track; of the first part, where there are several. */
export function spotOf(envelope: Envelope | null): Spot | null {
  if (envelope === null) return null;
  if (!Array.isArray(envelope)) return spotAt("First position of the track", envelope.coordinates[0]);
  const footprint = envelope[0]?.footprint;
  if (!footprint) return null;
  const says = FIRST[footprint.type] + (envelope.length > 1 ? ", part 1" : "");
  switch (footprint.type) {
    case "Point": return spotAt(says, footprint.coordinates);
    case "LineString": return spotAt(says, footprint.coordinates[0]);
    case "Polygon": return spotAt(says, footprint.coordinates[0]?.[0]);
    case "MultiPolygon": return spotAt(says, footprint.coordinates[0]?.[0]?.[0]);
  }
}

function spotAt(says: string, position: readonly number[] | undefined): Spot | null {
  const [lon, lat] = position ?? [];
  return lon === undefined || lat === undefined ? null : { says, at: [wrapLon(lon), lat] };
}

/** What the host writes of positions, each asked for once. What could not be had is asked for again the next time. */
export class Notations {
  private readonly known = new Map<string, Promise<PositionInNotations>>();

  constructor(private readonly client: Client) {}

  /** Throws `LinkDown` or `Refusal`. */
  of([lon, lat]: LonLat): Promise<PositionInNotations> {
    const asked = `lon=${lon}&lat=${lat}`;
    const before = this.known.get(asked);
    if (before) return before;
    const answer = this.client.get<{ position: PositionInNotations }>(`/v1/notation?${asked}`).then((found) => found.position);
    this.known.set(asked, answer);
    answer.catch(() => this.known.delete(asked));
    return answer;
  }
}

/** The name of this browser's zone: `Asia/Baku`. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "longOffset",
  });
  clocks.set(zone, clock);
  return clock;
}

/** Day, time and offset from UTC as the clocks of a zone show them: `09 APR`, `17:40`, `+04:00`. */
function onClock(ms: number, zone: string): { day: string; time: string; offset: string } {
  const parts = Object.fromEntries(clockOf(zone).formatToParts(ms).map((p) => [p.type, p.value])) as Record<string, string>;
  const offset = (parts["timeZoneName"] ?? "").replace(/^(GMT|UTC)/, "") || "+00:00";
  return { day: `${parts["day"]} ${MONTHS[Number(parts["month"]) - 1]}`, time: `${parts["hour"]}:${parts["minute"]}`, offset };
}

/** `17:40 +04:00` */
export function formatLocal(ms: number, zone: string): string {
  const { time, offset } = onClock(ms, zone);
  return `${time} ${offset}`;
}

/** `09 APR 17:40–18:40 +04:00`; where the clocks are changed in between, each end has its offset. */
export function formatLocalWindow(startMs: number, endMs: number, zone: string): string {
  const [start, end] = [onClock(startMs, zone), onClock(endMs, zone)];
  const changed = start.offset === end.offset ? "" : ` ${start.offset}`;
  return `${start.day} ${start.time}${changed}–${start.day === end.day ? "" : `${end.day} `}${end.time} ${end.offset}`;
}

/** `091340Z APR 26 – 091440Z APR 26`. Seconds are cut from the start and count as a minute more at the end. */
export function formatDtgWindow(startMs: number, endMs: number): string {
  return `${formatDtg(startMs)} – ${formatDtg(roundUp(endMs, MINUTE))}`;
}
