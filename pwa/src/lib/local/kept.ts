/**
 * What a person has typed and not yet saved, kept on this phone: it outlives an update of the application, a reload,
 * and a system that closes the page behind the camera. Written at once (localStorage), forgotten with the save, at
 * sign-out, or after a day: older work is somebody else's.
 */
const PREFIX = 'emanifest.kept.';
const KEEP_MS = 24 * 3_600_000;

interface Kept {
  /** Phone time of the last change, milliseconds. */
  at: number;
  value: unknown;
}

/** What is kept under a name, or null when there is nothing or it is older than a day. */
export function readKept<T>(name: string, nowMs: number): T | null {
  const text = localStorage.getItem(PREFIX + name);
  if (text === null) return null;
  try {
    const kept = JSON.parse(text) as Kept;
    if (Math.abs(nowMs - kept.at) <= KEEP_MS) return kept.value as T;
  } catch {
    // Written by something else, or cut off: as good as nothing.
  }
  forgetKept(name);
  return null;
}

/** Keeps a value that JSON can say. A full storage keeps nothing: the form itself is still on the screen. */
export function writeKept(name: string, value: unknown, nowMs: number): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify({ at: nowMs, value } satisfies Kept));
  } catch {
    forgetKept(name);
  }
}

export function forgetKept(name: string): void {
  localStorage.removeItem(PREFIX + name);
}

/** Forgets everything: the person signs out. */
export function forgetAllKept(): void {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  }
}
