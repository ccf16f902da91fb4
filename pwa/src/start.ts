/** What runs beside the screens for as long as a page is open. */
import { superviseSupplements } from '$lib/position/supplement';
import { watchForUpdates } from '$lib/shell/updates';
import '$lib/state/install.svelte';
import { keepLog } from '$lib/state/log';
import { openFromWorker } from '$lib/navigation';
import { runFiles } from '$lib/sync/files_run';
import { renewPush } from '$lib/sync/push';
import { runSync } from '$lib/sync/run';
import { runStream } from '$lib/sync/stream';
import { onChange } from '$lib/local/changes';

/** Starts it; called once, after the first screen is drawn. */
export function startApplication(): void {
  document.documentElement.dataset['release'] = __RELEASE__;
  keepLog();
  runSync();
  runFiles();
  superviseSupplements();
  runStream();
  openFromWorker();
  // After a sign-in this browser's push messages are the new person's.
  onChange((topic) => {
    if (topic === 'session') void renewPush().catch(() => undefined);
  });
  void renewPush().catch(() => undefined);
  if (import.meta.env.PROD) watchForUpdates();
  // Best effort: the browser may decline, the account page shows what it said.
  void navigator.storage?.persist?.();
}
