/**
 * The words of the language in use, and of no other: three languages would be a third of everything a phone has to
 * fetch before its first page. The service worker keeps them all, so that a switch needs no network.
 */
import type * as Words from './paraglide/messages.js';
import type { Locale } from './paraglide/runtime.js';

type Word = (...inputs: unknown[]) => string;

const LOADERS: Record<Locale, () => Promise<unknown>> = {
  vi: () => import('./paraglide/messages/vi.js'),
  en: () => import('./paraglide/messages/en.js'),
  ko: () => import('./paraglide/messages/ko.js'),
};

let words: Record<string, Word> | null = null;

/** Loads a language; from then on every message is in it. Called once before the first screen, and for a switch. */
export async function speak(locale: Locale): Promise<void> {
  words = (await LOADERS[locale]()) as Record<string, Word>;
}

/** One function a message for good, whatever language it speaks: tables of labels keep them. */
const spoken = new Map<string, Word>();

function wordOf(key: string): Word {
  const known = spoken.get(key);
  if (known !== undefined) return known;
  const word: Word = (...inputs) => {
    if (words === null) throw new Error(`"${key}" is said before a language is loaded`);
    return words[key]?.(...inputs) ?? key;
  };
  spoken.set(key, word);
  return word;
}

/** Every message, typed. */
export const m = new Proxy({} as typeof Words, { get: (_, key) => wordOf(String(key)) });
