/**
 * What makes the phone talk to the server while a page is open: start, network, visibility, new events, and a timer
 * after failures. Every path goes through the same sender; a stroke that finds nothing to do costs nothing.
 */
import { onChange, changed } from '$lib/local/changes';
import { fact, putFact } from '$lib/local/db';
import { outboxCounts } from '$lib/local/outbox';
import { keepClock } from './clock';
import { ensureDevice, renewCertificate } from './device';
import { drain } from './drain';
import { refreshPack } from './pack';
import { forgetOld } from './settle';
import { refreshSession } from './sign_in';

/** Status lists are signed every five minutes; no need to ask more often. */
const PACK_EVERY_MS = 5 * 60_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let packAskedAt = 0;
let sending: Promise<void> | null = null;

/** Sends what waits; `force` when a person asked or the network came back. */
export function send(force: boolean): Promise<void> {
  sending ??= sendOnce(force).finally(() => (sending = null));
  return sending;
}

async function sendOnce(force: boolean): Promise<void> {
  const drained = await drain(force);
  clearTimeout(timer);
  if (drained === 'later') {
    const wait = Math.max(1_000, ((await fact('sync'))?.not_before ?? 0) - Date.now());
    timer = setTimeout(() => void send(false), wait);
  }
  if (drained === 'sent') await refresh(true);
  // An event written while the last batch was on its way is not left to the next occasion.
  if (drained === 'empty' || drained === 'sent') {
    const { waiting } = await outboxCounts();
    if (waiting > 0) timer = setTimeout(() => void send(false), 0);
  }
}

/** Asks for the field pack; quietly keeps the old one when nobody answers. */
export async function refresh(force: boolean): Promise<void> {
  if (!force && Date.now() - packAskedAt < PACK_EVERY_MS) return;
  packAskedAt = Date.now();
  const problem = await refreshPack().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  await putFact('pack_problem', problem === null ? null : { message: problem, at: Date.now() });
  changed('pack');
}

/** Everything there is to do when the server may be reached. */
export async function meet(force: boolean): Promise<void> {
  await refreshSession();
  await ensureDevice().then(
    async (device) => {
      await putFact('device_problem', null);
      // The certificate held still serves: asked again at the next meeting.
      if (device !== null) await renewCertificate(device).catch(() => undefined);
    },
    (error: unknown) => putFact('device_problem', { message: String(error), at: Date.now() }),
  );
  changed('device');
  await send(force);
  await refresh(force);
}

/** Asks the browser to wake the service worker when the network is back, where it knows how. */
async function askForBackgroundSync(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const sync = (registration as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync;
  await sync?.register('emanifest-outbox').catch(() => undefined);
}

/** Starts it all; called once per page. */
export function runSync(): void {
  keepClock();
  addEventListener('online', () => void meet(true));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void meet(false);
  });
  onChange((topic) => {
    if (topic !== 'events') return;
    void outboxCounts().then(({ waiting }) => {
      if (waiting === 0 || sending !== null) return;
      void askForBackgroundSync();
      void send(false);
    });
  });
  setInterval(() => {
    if (document.visibilityState === 'visible') void meet(false);
  }, PACK_EVERY_MS);
  void forgetOld(Date.now());
  void meet(true);
}
