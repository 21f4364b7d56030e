/**
 * The altitude grammar of the contract: `SFC` · `UNL` · `FL250` · `15000 ft AMSL` · `4500 m AMSL` · `300 ft AGL` ·
 * `1500 m HAE`. A number without a datum is no altitude. The console checks the words; the host compares heights.
 */
export type Datum = "SFC" | "UNL" | "FL" | "AMSL" | "AGL" | "HAE";

export interface Altitude {
  datum: Datum;
  value: number;
  unit: "ft" | "m" | "FL" | "";
}

const MEASURED = /^(-?\d+(?:\.\d+)?)\s*(ft|m)\s*(AMSL|AGL|HAE)$/i;
const LEVEL = /^FL\s*(\d+(?:\.\d+)?)$/i;
const FT = 0.3048;

/** The altitude that a text says, or null. Case and spaces are forgiven; a missing datum is not. */
export function parseAltitude(text: string): Altitude | null {
  const t = text.trim();
  if (/^SFC$/i.test(t)) return { datum: "SFC", value: 0, unit: "" };
  if (/^UNL$/i.test(t)) return { datum: "UNL", value: Infinity, unit: "" };
  const level = LEVEL.exec(t);
  if (level) return { datum: "FL", value: Number(level[1]), unit: "FL" };
  const m = MEASURED.exec(t);
  if (!m) return null;
  return { datum: m[3]!.toUpperCase() as Datum, value: Number(m[1]), unit: m[2]!.toLowerCase() as "ft" | "m" };
}

/** The contract's own notation: what is sent, whatever way it was typed. */
export function formatAltitude(a: Altitude): string {
  if (a.datum === "SFC" || a.datum === "UNL") return a.datum;
  if (a.datum === "FL") return `FL${a.value}`;
  return `${a.value} ${a.unit} ${a.datum}`;
}

/** Why a text is no altitude, with what would be right; null when it is one. */
export function altitudeProblem(text: string): string | null {
  if (parseAltitude(text)) return null;
  const t = text.trim();
  const forms = "SFC, UNL, FL250, 15000 ft AMSL, 300 ft AGL or 1500 m HAE";
  if (t === "") return `Say a height: ${forms}.`;
  if (/^-?\d+(\.\d+)?\s*(ft|m)?$/i.test(t)) return `«${t}» has no datum: say above what, as in ${forms}.`;
  return `«${t}» is not a height: write ${forms}.`;
}

/** Metres in the altitude's own datum; for a flight level, of standard atmosphere. For sorting and sketches only. */
export function ownDatumMetres(a: Altitude): number {
  if (a.datum === "FL") return a.value * 100 * FT;
  return a.unit === "ft" ? a.value * FT : a.value;
}

/** True when both are known in one datum and the ceiling does not lie above the floor. */
export function isUpsideDown(floor: Altitude, ceiling: Altitude): boolean {
  if (floor.datum === "UNL" || ceiling.datum === "SFC") return true;
  return floor.datum === ceiling.datum && ownDatumMetres(ceiling) <= ownDatumMetres(floor);
}
