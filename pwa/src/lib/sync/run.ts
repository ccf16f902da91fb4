/**
 * What makes the phone talk to the server while a page is open: start, network, visibility, new events, and a timer
 * after failures. Every path goes through the same sender; a stroke that finds nothing to do costs nothing.
 */
import { onChange, changed } from '$lib/local/changes';
import { fact, putFact } from '$lib/local/db';
import { nextBatch, outboxCounts } from '$lib/local/outbox';
import { rescued } from '$lib/local/rescue';
import { correctedNow, watchClock } from '$lib/local/true_time';
import { type Urge, waitLeft } from './backoff';
import { keepClock } from './clock';
import { ensureDevice, renewCertificate } from './device';
import { drain, type Drained, syncState } from './drain';
import { noteEpoch } from './epoch';
import { refreshPack } from './pack';
import { noteOffline, onReach } from './reach';
import { sendRescued } from './rescue';
import { forgetOld } from './settle';
import { refreshSession } from './sign_in';

/** Status lists are signed every five minutes; no need to ask more often. */
const PACK_EVERY_MS = 5 * 60_000;
/** How soon after one try at once the next may follow. */
const AT_ONCE_EVERY_MS = 5_000;
const URGENCY: Record<Urge, number> = { timer: 0, network: 1, person: 2 };

let timer: ReturnType<typeof setTimeout> | undefined;
let packAskedAt = 0;
let sending: { urge: Urge; done: Promise<void> } | null = null;

/** Sends what waits. A more urgent call than the one under way is made after it. */
export async function send(urge: Urge): Promise<void> {
  if (sending !== null) {
    const { urge: under, done } = sending;
    await done;
    if (URGENCY[urge] <= URGENCY[under]) return;
  }
  const done = sendOnce(urge)
    .catch((error: unknown) => console.warn('sending failed', error))
    .finally(() => (sending = null));
  sending = { urge, done };
  await done;
}

async function sendOnce(urge: Urge): Promise<void> {
  await sendRescued();
  const drained = await drain(urge);
  if (drained === 'sent') await refresh(true);
  await setTimer(drained);
}

/** When to send next without being asked. */
async function setTimer(drained: Drained): Promise<void> {
  clearTimeout(timer);
  if (drained === 'no_session') return;
  const state = await syncState();
  const now = Date.now();
  const { items, heldUntil } = await nextBatch({ limit: 1, characters: 1 }, now);
  if (items.length === 0 && heldUntil === null && rescued().length === 0) return;
  const held = items.length > 0 || heldUntil === null ? 0 : heldUntil - now;
  // An event written while the last batch was on its way is not left to the next occasion.
  const least = drained === 'later' || rescued().length > 0 ? 1_000 : 0;
  timer = setTimeout(() => void send('timer'), Math.max(least, held, waitLeft(state, now, 'timer')));
}

/** Asks for the field pack; quietly keeps the old one when nobody answers. */
export async function refresh(force: boolean): Promise<void> {
  if (!force && Date.now() - packAskedAt < PACK_EVERY_MS) return;
  packAskedAt = Date.now();
  const problem = await refreshPack().then(
    async (epoch) => {
      if ((await noteEpoch(epoch, Date.now())) > 0) void send('network');
      return null;
    },
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (problem === null) await forgetOld(await correctedNow()).catch(() => undefined);
  // The new pack has been announced; without a complaint, old or new, there is nothing else to tell.
  if (problem === null && (await fact('pack_problem')) === null) return;
  // A storage that cannot keep the pack cannot keep the complaint about it.
  await putFact('pack_problem', problem === null ? null : { message: problem, at: Date.now() }).catch(
    () => undefined,
  );
  changed('pack');
}

/** Everything there is to do when the server may be reached. */
export async function meet(urge: Urge): Promise<void> {
  await refreshSession();
  await ensureDevice()
    .then(
      async (device) => {
        await putFact('device_problem', null);
        // The certificate held still serves: asked again at the next meeting.
        if (device !== null) await renewCertificate(device).catch(() => undefined);
      },
      (error: unknown) => putFact('device_problem', { message: String(error), at: Date.now() }),
    )
    .catch(() => undefined);
  changed('device');
  await send(urge);
  await refresh(urge !== 'timer');
}

/** Somebody signed in: what waited for that goes on. */
async function signedIn(): Promise<void> {
  if ((await fact('session'))?.ended === false) await send('timer');
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
  watchClock();
  addEventListener('online', () => void meet('network'));
  addEventListener('offline', noteOffline);
  // Some call was answered after a silence: the outbox need not wait for its own turn.
  onReach((reach, before) => {
    if (reach === 'answers' && before === 'silent') void send('network');
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void meet('timer');
  });
  let waitedBefore = 0;
  let triedAt = Number.NEGATIVE_INFINITY;
  onChange((topic) => {
    if (topic === 'session') void signedIn();
    if (topic !== 'events') return;
    void outboxCounts().then(({ waiting }) => {
      const written = waiting > waitedBefore;
      waitedBefore = waiting;
      if (waiting === 0 || sending !== null) return;
      void askForBackgroundSync();
      // Who has just pressed "save" looks at the screen: one try at once, however long the failures before make a timer
      // wait. A server that asked to be left alone is, and so is a phone that writes faster than people do.
      const atOnce = written && performance.now() - triedAt > AT_ONCE_EVERY_MS;
      if (atOnce) triedAt = performance.now();
      void send(atOnce ? 'network' : 'timer');
    });
  });
  setInterval(() => {
    if (document.visibilityState === 'visible') void meet('timer');
  }, PACK_EVERY_MS);
  void meet('network');
}
