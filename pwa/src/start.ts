/** What runs beside the screens for as long as a page is open. */
import { superviseSupplements } from '$lib/position/supplement';
import { watchForUpdates } from '$lib/shell/updates';
import '$lib/state/install.svelte';
import { keepLog } from '$lib/state/log';
import { runFiles } from '$lib/sync/files_run';
import { runSync } from '$lib/sync/run';

/** Starts it; called once, after the first screen is drawn. */
export function startApplication(): void {
  document.documentElement.dataset['release'] = __RELEASE__;
  keepLog();
  runSync();
  runFiles();
  superviseSupplements();
  if (import.meta.env.PROD) watchForUpdates();
  // Best effort: the browser may decline, the account page shows what it said.
  void navigator.storage?.persist?.();
}
