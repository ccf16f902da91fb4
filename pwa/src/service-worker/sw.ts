/**
 * The service worker: the whole application from the precache (offline cold start), and sending when the network
 * comes back while no page is open. It keeps no answer of the API: what screens show lives in the phone's database.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { keepClock } from '$lib/sync/clock';
import { drain } from '$lib/sync/drain';
import { drainFiles } from '$lib/sync/files';
import { takePushMessages } from './push';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

/** Background sync's event, which the library's types do not know. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
  readonly lastChance: boolean;
}

keepClock();
takePushMessages();
cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);

// Paths that the server answers itself.
const SERVER = [
  /^\/api\//,
  /^\/docs/,
  /^\/openapi\.json/,
  /^\/status\//,
  /^\/\.well-known\//,
  /^\/metrics/,
  /^\/(healthz|readyz)/,
];
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: SERVER }));

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('sync', (event) => {
  const sync = event as SyncEvent;
  if (sync.tag !== 'emanifest-outbox') return;
  sync.waitUntil(
    drain('network').then(async (drained) => {
      const files = drained === 'later' ? 'later' : await drainFiles(true);
      // A rejected promise makes the browser try again by itself; the outbox keeps everything meanwhile.
      if (drained === 'later' || files === 'later') throw new Error('not everything could be sent');
    }),
  );
});
