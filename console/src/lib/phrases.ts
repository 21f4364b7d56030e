/** The phrase book in the language that this desk reads. What is recorded is a code; each desk reads its own wording. */
import type { Client } from "./client";

export const LANGUAGES = ["en", "tr", "he", "ar", "az", "ru"] as const;
export type Lang = (typeof LANGUAGES)[number];

/** Each language by its own name, so that whoever reads it finds it. */
export const LANGUAGE_NAMES: Record<Lang, string> = { en: "English", tr: "Türkçe", he: "עברית", ar: "العربية", az: "Azərbaycanca", ru: "Русский" };

export interface Phrase {
  code: string;
  group: string;
  about: boolean;
  text: string;
  gloss: string;
  when: string;
}

export interface PhraseBook {
  lang: Lang;
  name: string;
  dir: "ltr" | "rtl";
  note: string;
  phrases: Phrase[];
}

export const GROUPS: Record<string, string> = {
  receipt: "Receipt", stop: "Stop and hold", people: "People and objects", line: "The line", sea: "At sea",
};

const KEY = "keepclear.lang";

export function keptLanguage(storage: Pick<Storage, "getItem">): Lang {
  const kept = storage.getItem(KEY);
  return LANGUAGES.find((lang) => lang === kept) ?? "en";
}

export function keepLanguage(storage: Pick<Storage, "setItem">, lang: Lang): void {
  storage.setItem(KEY, lang);
}

export function readPhrases(client: Client, lang: Lang): Promise<PhraseBook> {
  return client.get<PhraseBook>(`/v1/phrases?lang=${lang}`);
}

/** The phrases that hold every word typed, in code, wording or gloss; by group, in the book's order. */
export function found(book: PhraseBook, typed: string): { group: string; phrases: Phrase[] }[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = book.phrases.filter((p) => words.every((word) => `${p.code} ${p.text} ${p.gloss} ${p.when}`.toLowerCase().includes(word)));
  return Object.keys(GROUPS)
    .map((group) => ({ group, phrases: fits.filter((p) => p.group === group) }))
    .filter((g) => g.phrases.length > 0);
}
