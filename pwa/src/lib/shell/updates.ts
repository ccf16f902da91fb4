/** The service worker's registration, and the offer of a new version when one waits. */
import { update } from '$lib/state/update.svelte';

const ASK_EVERY_MS = 30 * 60_000;
/** Coming back to the application is a good moment to ask, though not every few seconds. */
const ASK_AGAIN_MS = 5 * 60_000;

/** Registers the service worker; a page that was controlled reloads once when a newer one takes over. */
export function watchForUpdates(): void {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (container === undefined) return;
  const controlledBefore = container.controller !== null;
  let reloading = false;
  container.addEventListener('controllerchange', () => {
    if (!controlledBefore || reloading) return;
    reloading = true;
    location.reload();
  });
  void container.register('/sw.js', { updateViaCache: 'none' }).then(
    (registration) => {
      const offer = () => {
        if (registration.waiting !== null && container.controller !== null)
          update.offer(registration.waiting);
      };
      offer();
      registration.addEventListener('updatefound', () => {
        registration.installing?.addEventListener('statechange', offer);
      });
      let askedAt = Date.now();
      const ask = () => {
        askedAt = Date.now();
        void registration.update().catch(() => undefined);
      };
      setInterval(ask, ASK_EVERY_MS);
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'visible' && Date.now() - askedAt > ASK_AGAIN_MS) ask();
      });
    },
    () => undefined,
  );
}
