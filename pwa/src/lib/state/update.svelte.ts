/** A new version of the application that waits for the person's word. */
let waiting = $state<ServiceWorker | null>(null);
let hidden = $state(false);

export const update = {
  get ready(): boolean {
    return waiting !== null && !hidden;
  },
  /** A new service worker is installed and waits. */
  offer(worker: ServiceWorker): void {
    waiting = worker;
    hidden = false;
  },
  /** Lets it take over; the page reloads when it has (the outbox lives in the database, not in the page). */
  apply(): void {
    waiting?.postMessage({ type: 'SKIP_WAITING' });
  },
  later(): void {
    hidden = true;
  },
};
