/**
 * One sender among all pages and the service worker. The others wait in line for the lock, so that when the page that
 * holds it is closed or killed the next one goes on at once.
 */
const NAME = 'emanifest.sync';

/** Runs `work` as the only sender of this phone. */
export async function asLeader<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks.request(NAME, work);
}
