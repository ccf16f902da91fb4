/** The server's hints that something changed, for the screens that show it. */
import { onChange } from '$lib/local/changes';

/** Calls back at every hint for as long as the component lives. */
export function whenServerChanged(work: () => void): void {
  $effect(() =>
    onChange((topic) => {
      if (topic === 'server') work();
    }),
  );
}
