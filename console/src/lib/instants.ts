/** Instants are milliseconds since 1970 UTC; everything shown is UTC and says so with a Z. */

export const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?\s*(Z|z|[+-]\d{2}:\d{2})?$/;
const DTG = /^(\d{2})(\d{2})(\d{2})Z?([A-Z]{3})(\d{2})$/;
const two = (n: number): string => String(n).padStart(2, "0");

export const MINUTE = 60_000;
export const HOUR = 3_600_000;

function fromParts(y: number, mo: number, d: number, h: number, mi: number, s: number): number | null {
  if (mo < 1 || mo > 12 || h > 23 || mi > 59 || s > 59) return null;
  const ms = Date.UTC(y, mo - 1, d, h, mi, s);
  return new Date(ms).getUTCDate() === d ? ms : null; // 31 February is not 3 March
}

/**
 * The instant that somebody typed, or null. Understood: `2026-04-09 13:40`, RFC 3339 with any offset, and the
 * date-time group of the trade, `091340ZAPR26`. Without an offset it is UTC: there is no local time here.
 */
export function parseInstant(text: string): number | null {
  const trimmed = text.trim();
  const dtg = DTG.exec(trimmed.toUpperCase().replace(/\s+/g, ""));
  if (dtg) {
    const month = MONTHS.indexOf(dtg[4]!) + 1;
    return fromParts(2000 + Number(dtg[5]), month, Number(dtg[1]), Number(dtg[2]), Number(dtg[3]), 0);
  }
  const m = RFC3339.exec(trimmed);
  if (!m) return null;
  const base = fromParts(Number(m[1]), Number(m[2]), Number(m[3]), Number(m[4]), Number(m[5]), Number(m[6] ?? 0));
  if (base === null) return null;
  const fraction = m[7] ? Math.floor(Number(m[7]) * 1000) : 0;
  const zone = m[8] && m[8].toUpperCase() !== "Z" ? m[8] : null;
  const offset = zone ? (zone[0] === "-" ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))) * MINUTE : 0;
  return base + fraction - offset;
}

/** As the contract writes it: `2026-04-09T13:40:00Z`, a fraction only when there is one. */
export function formatInstant(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.endsWith(".000Z") ? text.slice(0, -5) + "Z" : text;
}

/** `13:40Z`, or `13:40:05Z` with seconds. */
export function formatTime(ms: number, seconds = false): string {
  const t = new Date(ms);
  return `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}${seconds ? `:${two(t.getUTCSeconds())}` : ""}Z`;
}

/** `09 APR 2026` */
export function formatDay(ms: number): string {
  const t = new Date(ms);
  return `${two(t.getUTCDate())} ${MONTHS[t.getUTCMonth()]} ${t.getUTCFullYear()}`;
}

/** What the form's time fields hold: `2026-04-09 13:40`. */
export function formatForField(ms: number): string {
  const t = new Date(ms);
  const time = `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}` + (t.getUTCSeconds() ? `:${two(t.getUTCSeconds())}` : "");
  return `${t.getUTCFullYear()}-${two(t.getUTCMonth() + 1)}-${two(t.getUTCDate())} ${time}`;
}

/** A window as an officer reads it: the day is named whenever it is not today's. */
export function formatWindow(startMs: number, endMs: number, nowMs: number): string {
  const day = (ms: number): string => `${two(new Date(ms).getUTCDate())} ${MONTHS[new Date(ms).getUTCMonth()]} `;
  const sameDay = (a: number, b: number): boolean => formatDay(a) === formatDay(b);
  const first = sameDay(startMs, nowMs) ? "" : day(startMs);
  const second = sameDay(endMs, startMs) ? "" : day(endMs);
  return `${first}${formatTime(startMs).slice(0, -1)}–${second}${formatTime(endMs)}`;
}

/** A sentence of the host's with its instants as an officer reads them: `13:40Z`, and the day when it is not today. */
export function withReadableTimes(sentence: string, nowMs: number): string {
  return sentence.replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, (text) => {
    const ms = Date.parse(text);
    const day = formatDay(ms);
    return `${day === formatDay(nowMs) ? "" : `${day} `}${formatTime(ms, ms % MINUTE !== 0)}`;
  });
}

/** How long: `45 s`, `12 min`, `3 h 05 min`, `2 d 4 h`. Never negative. */
export function formatSpan(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return `${h} h ${two(min % 60)} min`;
  return `${Math.floor(h / 24)} d ${h % 24} h`;
}

/** `in 12 min` or `12 min ago`. */
export function formatRelative(ms: number, nowMs: number): string {
  return ms > nowMs ? `in ${formatSpan(ms - nowMs)}` : `${formatSpan(nowMs - ms)} ago`;
}

/** The next whole step at or after an instant: a sensible first value for a window. */
export function roundUp(ms: number, stepMs: number): number {
  return Math.ceil(ms / stepMs) * stepMs;
}
