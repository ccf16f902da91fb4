/** Which of the phone's cameras a person chose: remembered on this phone, because the browser's first is often wrong. */
const KEY = 'emanifest.camera';

/** Its id; null when none was chosen, or the phone keeps nothing. */
export function rememberedCamera(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Remembers a choice; null forgets it. */
export function rememberCamera(id: string | null): void {
  try {
    if (id === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, id);
  } catch {
    // Chosen for now, not for the next time.
  }
}

/** The camera after this one, round and round. */
export function nextLens<T extends { id: string }>(lenses: readonly T[], current: string | null): T | null {
  if (lenses.length < 2) return null;
  const at = lenses.findIndex(({ id }) => id === current);
  return lenses[(at + 1) % lenses.length] ?? null;
}
