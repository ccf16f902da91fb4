/** Counts of the outbox as state for the header. */
import { onChange } from '$lib/local/changes';
import { outboxCounts } from '$lib/local/outbox';
import { rescued } from '$lib/local/rescue';

let counts = $state({ waiting: 0, refused: 0 });
let unsaved = $state(rescued().length);

async function read(): Promise<void> {
  unsaved = rescued().length;
  counts = await outboxCounts();
}

onChange((topic) => {
  if (topic === 'events' || topic === 'rescued') void read().catch(() => undefined);
});
void read().catch(() => undefined);

export const outbox = {
  get waiting(): number {
    return counts.waiting;
  },
  get refused(): number {
    return counts.refused;
  },
  /** Signed, but in memory only: the phone's storage is full or failing. */
  get unsaved(): number {
    return unsaved;
  },
};
