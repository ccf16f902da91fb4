/**
 * Whether the server can be reached, as far as its answers tell; before the first exchange what the device believes. For
 * the screen only: nothing is left untried because of it.
 */
import { currentReach, onReach, type Reach } from '$lib/sync/reach';

let reach = $state<Reach>(currentReach());
let believed = $state(navigator.onLine);
onReach((next) => (reach = next));
addEventListener('online', () => (believed = true));
addEventListener('offline', () => (believed = false));

export const network = {
  get online(): boolean {
    return reach === 'answers' || (reach === 'unknown' && believed);
  },
};
