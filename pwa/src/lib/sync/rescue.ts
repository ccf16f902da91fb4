/** Events that the phone's database would not take: saved as soon as it does, or sent from memory without it. */
import { changed } from '$lib/local/changes';
import { fact, type StoredEvent } from '$lib/local/db';
import { letGo, type Rescued, rescued, saveRescued } from '$lib/local/rescue';
import { LARGEST_BATCH } from './backoff';
import { type DrainPorts, PORTS } from './ports';
import { resultFor } from './settle';

/**
 * Saves what the database takes by now and sends the rest from memory. What the server has is safe; what it refuses
 * stays in the list with its reason. Returns how many are left.
 */
export async function sendRescued(ports: DrainPorts = PORTS): Promise<number> {
  if (rescued().length === 0) return 0;
  const left = await saveRescued().catch(() => rescued().length);
  const session = await fact('session').catch(() => null);
  if (left === 0 || session === null || session.ended) return left;
  const events = rescued()
    .slice(0, LARGEST_BATCH)
    .map((each: Rescued): StoredEvent => each.event);
  await ports.lead(async () => {
    const answered = await ports
      .post({
        sent_at: new Date(ports.now()).toISOString(),
        round_trip_ms: ports.roundTrip(),
        events: events.map(({ jws }) => jws),
      })
      .catch(() => null);
    const safe = events.filter((event, index) => {
      const outcome = resultFor(event, index, answered?.results ?? [])?.outcome;
      return outcome === 'recorded' || outcome === 'duplicate';
    });
    letGo(safe.map(({ id }) => id));
  });
  changed('events');
  return rescued().length;
}
