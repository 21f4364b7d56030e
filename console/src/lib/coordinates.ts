/** Positions as people write and read them. Typed text is latitude first, as it is spoken; data is [lon, lat]. */

export type LonLat = [number, number];

const NUMBER = /\d+(?:\.\d+)?/g;

function angle(text: string): { value: number; letter: string | null } | null {
  const letter = /[NSEW]/i.exec(text)?.[0].toUpperCase() ?? null;
  const bare = text.replace(/[NSEW]/gi, "").trim();
  if (!/^[-+−]?[\d.\s°º:'"’′″”]+$/.test(bare)) return null;
  const numbers = bare.match(NUMBER)?.map(Number) ?? [];
  if (numbers.length < 1 || numbers.length > 3) return null;
  const [d = 0, m = 0, s = 0] = numbers;
  if (m >= 60 || s >= 60) return null;
  const negative = /^[-−]/.test(bare);
  if (negative && letter) return null;
  const size = d + m / 60 + s / 3600;
  return { value: negative || letter === "S" || letter === "W" ? -size : size, letter };
}

function halves(line: string): [string, string] | null {
  const lettered = /^(.*?[NSEW])[\s,;]*(.*[NSEW])$/i.exec(line);
  if (lettered) return [lettered[1]!, lettered[2]!];
  const split = line.split(/[,;]/);
  if (split.length === 2) return [split[0]!, split[1]!];
  const words = line.split(/\s+/);
  return words.length === 2 ? [words[0]!, words[1]!] : null;
}

/**
 * One position, or null: `33.5, 36.3` (latitude, longitude), `33.5N 36.3E`, `33°30'00"N 036°18'00"E`,
 * `33 30 00 N, 036 18 00 E`. With hemisphere letters either order is understood.
 */
export function parsePosition(line: string): LonLat | null {
  const parts = halves(line.trim());
  const first = parts && angle(parts[0]);
  const second = parts && angle(parts[1]);
  if (!first || !second) return null;
  const swapped = first.letter === "E" || first.letter === "W";
  const [lat, lon] = swapped ? [second, first] : [first, second];
  if (lat.letter === "E" || lat.letter === "W" || lon.letter === "N" || lon.letter === "S") return null;
  if (Math.abs(lat.value) > 90 || Math.abs(lon.value) > 180) return null;
  return [lon.value, lat.value];
}

/** Every position of a text, one a line; `bad` holds the first line (from 1) that is none. */
export function parsePositions(text: string): { points: LonLat[]; bad: number | null } {
  const points: LonLat[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const point = parsePosition(line);
    if (!point) return { points, bad: i + 1 };
    points.push(point);
  }
  return { points, bad: null };
}

/** Longitude brought into [-180, 180). */
export function wrapLon(lon: number): number {
  if (lon >= -180 && lon < 180) return lon;
  return ((((lon + 180) % 360) + 360) % 360) - 180;
}

/** `33.50000 N  036.30000 E`: five decimals are about a metre. */
export function formatDecimal([lon, lat]: LonLat, digits = 5): string {
  const l = wrapLon(lon);
  const width = digits + (digits ? 1 : 0);
  const ns = Math.abs(lat).toFixed(digits).padStart(2 + width, "0");
  const ew = Math.abs(l).toFixed(digits).padStart(3 + width, "0");
  return `${ns} ${lat < 0 ? "S" : "N"}  ${ew} ${l < 0 ? "W" : "E"}`;
}

function dms(size: number, degreeDigits: number): string {
  const total = Math.round(size * 3600);
  const pad = (n: number, w: number): string => String(n).padStart(w, "0");
  return `${pad(Math.floor(total / 3600), degreeDigits)}°${pad(Math.floor(total / 60) % 60, 2)}′${pad(total % 60, 2)}″`;
}

/** `33°30′00″N 036°18′00″E` */
export function formatDms([lon, lat]: LonLat): string {
  const l = wrapLon(lon);
  return `${dms(Math.abs(lat), 2)}${lat < 0 ? "S" : "N"} ${dms(Math.abs(l), 3)}${l < 0 ? "W" : "E"}`;
}

/** Drawn points as the form's text, so that drawing and typing are one and the same thing. */
export function formatPositions(points: readonly LonLat[]): string {
  return points.map(([lon, lat]) => `${lat.toFixed(5)}, ${wrapLon(lon).toFixed(5)}`).join("\n");
}

const UNITS: Record<string, number> = { m: 1, km: 1000, nm: 1852, "": 1 };

/** Metres of `5000`, `5 km`, `2.5 NM`; null when it is no length over 0. */
export function parseLength(text: string): number | null {
  const m = /^(\d+(?:\.\d+)?)\s*(m|km|nm)?$/i.exec(text.trim());
  if (!m) return null;
  const metres = Number(m[1]) * UNITS[(m[2] ?? "").toLowerCase()]!;
  return metres > 0 ? metres : null;
}

/** `850 m`, `5.2 km` */
export function formatLength(metres: number): string {
  if (metres < 1000) return `${Math.round(metres)} m`;
  return `${Number((metres / 1000).toFixed(metres < 10_000 ? 2 : 1))} km`;
}
