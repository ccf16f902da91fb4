/** Counts of the outbox as state for the header. */
import { onChange } from '$lib/local/changes';
import { outboxCounts } from '$lib/local/outbox';

let counts = $state({ waiting: 0, refused: 0 });

async function read(): Promise<void> {
  counts = await outboxCounts();
}

onChange((topic) => {
  if (topic === 'events') void read();
});
void read();

export const outbox = {
  get waiting(): number {
    return counts.waiting;
  },
  get refused(): number {
    return counts.refused;
  },
};
