/** Forms that outlive a reload: what is typed is kept at every change and put back when the form is opened again. */
import { forgetKept, readKept, writeKept } from '$lib/local/kept';
import { session } from './session.svelte';

export interface KeptForm {
  /** True when the form was filled from what had been kept. */
  readonly restored: boolean;
  /** The form has done its work: what was kept goes, and later changes are not kept. */
  done(): void;
}

/**
 * Keeps what `read` gives under a name of this person, and hands what was kept before to `restore`. Call it while a
 * component is set up.
 */
export function keepForm<T>(name: string, read: () => T, restore: (kept: T) => void): KeptForm {
  const key = `${session.current?.person.id ?? ''}.${name}`;
  const untouched = JSON.stringify(read());
  const before = readKept<T>(key, Date.now());
  if (before !== null) restore(before);
  let working = true;
  $effect(() => {
    const typed = read();
    const text = JSON.stringify(typed);
    if (!working) return;
    if (text === untouched) forgetKept(key);
    else writeKept(key, typed, Date.now());
  });
  return {
    restored: before !== null,
    done() {
      working = false;
      forgetKept(key);
    },
  };
}
