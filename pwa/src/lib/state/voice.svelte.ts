/** The phone says aloud that something is saved, for those who look at the road or the scale; remembered on this device. */
import { locale } from '$lib/i18n/locale.svelte';

const KEY = 'emanifest.voice';

let on = $state(localStorage.getItem(KEY) !== 'off');

export const voice = {
  get on(): boolean {
    return on;
  },
  choose(next: boolean): void {
    on = next;
    if (next) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, 'off');
  },
  /** Says a few words in the person's language, over whatever was being said; a phone without a voice stays silent. */
  say(words: string): void {
    const mouth = globalThis.speechSynthesis as SpeechSynthesis | undefined;
    if (!on || mouth === undefined) return;
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.lang = locale.current;
    mouth.cancel();
    mouth.speak(utterance);
  },
};
