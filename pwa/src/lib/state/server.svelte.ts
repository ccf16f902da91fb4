/** The server's hints that something changed, for the screens that show it. */
import { onChange } from '$lib/local/changes';
import { paced } from '$lib/sync/paced';

/**
 * Looks again at the server's hints for as long as the component lives: at those about one manifest, where it is named.
 * A page that nobody looks at waits until somebody does; a slow answer is waited for before the next question.
 */
export function whenServerChanged(look: () => Promise<unknown>, manifest?: () => string): void {
  $effect(() => {
    let alive = true;
    let missed = false;
    const soon = paced(async () => (alive ? look() : undefined), 0);
    const shown = () => {
      if (!missed || document.visibilityState !== 'visible') return;
      missed = false;
      soon();
    };
    document.addEventListener('visibilitychange', shown);
    const stop = onChange((topic, about) => {
      if (topic !== 'server' || (about !== undefined && manifest && !about.includes(manifest()))) return;
      missed = true;
      shown();
    });
    return () => {
      alive = false;
      document.removeEventListener('visibilitychange', shown);
      stop();
    };
  });
}
