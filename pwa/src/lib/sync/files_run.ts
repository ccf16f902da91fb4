/**
 * What makes the phone send its evidence files while a page is open: start, network, visibility, an event that the
 * server acknowledged, and a timer after failures. Events always go first.
 */
import { onChange } from '$lib/local/changes';
import { letGo, uploadState } from '$lib/local/evidence';
import { outboxCounts } from '$lib/local/outbox';
import { drainFiles } from './files';

const EVERY_MS = 5 * 60_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let sending: Promise<void> | null = null;
/** Something happened while a round was under way. */
let again = false;

/** Sends what waits; `force` when a person asked or the network came back. */
export async function sendFiles(force: boolean): Promise<void> {
  if (sending !== null) {
    again = true;
    return sending;
  }
  sending = once(force)
    .catch((error: unknown) => console.warn('sending files failed', error))
    .finally(() => (sending = null));
  await sending;
  if (again) {
    again = false;
    await sendFiles(false);
  }
}

async function once(force: boolean): Promise<void> {
  clearTimeout(timer);
  if ((await outboxCounts()).waiting > 0 && !force) return;
  if ((await drainFiles(force)) !== 'later') return;
  const wait = Math.max(1_000, (await uploadState()).not_before - Date.now());
  timer = setTimeout(() => void sendFiles(false), Math.min(wait, EVERY_MS));
}

/** The part of its storage that this origin uses, 0 to 1; null where the browser does not say. */
async function usedPart(): Promise<number | null> {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  return usage === undefined || !quota ? null : usage / quota;
}

/** Lets go of old pictures; what the server has not got stays, however full the phone is. */
async function tidy(): Promise<void> {
  await letGo(Date.now(), await usedPart());
}

/** Starts it; called once per page. */
export function runFiles(): void {
  addEventListener('online', () => void sendFiles(true));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void sendFiles(false);
  });
  onChange((topic) => {
    if (topic === 'events' || topic === 'session') void sendFiles(false);
  });
  setInterval(() => void sendFiles(false), EVERY_MS);
  void tidy().catch((error: unknown) => console.warn('old pictures stay', error));
  void sendFiles(true);
}
