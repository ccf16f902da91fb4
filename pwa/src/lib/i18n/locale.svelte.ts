/** The chosen language as state: a switch draws the whole application anew, without a reload. */
import { getLocale, setLocale, type Locale } from './paraglide/runtime.js';

let current = $state<Locale>(getLocale());

export const locale = {
  get current(): Locale {
    return current;
  },
  /** Chooses a language and remembers it on this device. */
  choose(next: Locale): void {
    void setLocale(next, { reload: false });
    document.documentElement.lang = next;
    current = next;
  },
};

/** Names of the languages in themselves. */
export const LANGUAGE_NAMES: Record<Locale, string> = {
  vi: 'Tiếng Việt',
  en: 'English',
  ko: '한국어',
};
