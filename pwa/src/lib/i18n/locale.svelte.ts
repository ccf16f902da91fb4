/** The chosen language as state: a switch draws the whole application anew, without a reload. */
import { getLocale, setLocale, type Locale } from './paraglide/runtime.js';
import { speak } from './spoken';

let current = $state<Locale>(getLocale());

export const locale = {
  get current(): Locale {
    return current;
  },
  /** Loads the words of the language that this device remembers. */
  load: (): Promise<void> => speak(current),
  /** Chooses a language and remembers it on this device; one that cannot be had leaves the present one. */
  async choose(next: Locale): Promise<void> {
    try {
      await speak(next);
    } catch {
      return;
    }
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
