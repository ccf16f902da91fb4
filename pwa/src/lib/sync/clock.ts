/** How far the phone's clock is from the server's, measured at every exchange; goes into each event. */
import { onExchange, type Exchange } from '$lib/api/client';
import { changed } from '$lib/local/changes';
import { fact, putFact, type ClockOffset } from '$lib/local/db';

/** The `Date` header counts whole seconds: its middle is half a second later. */
const HEADER_HALF_MS = 500;
const LATE_MS = 30_000;
const OLD_MS = 10 * 60_000;

/** The offset that one exchange shows; null when the round trip was too long to tell. */
export function measure({ sentMs, receivedMs, serverMs }: Exchange): ClockOffset | null {
  const roundTrip = receivedMs - sentMs;
  if (serverMs === null) return null;
  if (roundTrip < 0 || roundTrip > LATE_MS) return null;
  return {
    offset_ms: Math.round(serverMs + HEADER_HALF_MS - (sentMs + receivedMs) / 2),
    measured_at: new Date(receivedMs).toISOString(),
    uncertainty_ms: Math.round(roundTrip / 2 + HEADER_HALF_MS),
  };
}

/** True when `next` is worth more than `kept`: surer, contradicting it, or ten minutes younger. */
export function isWorthMore(next: ClockOffset, kept: ClockOffset | null): boolean {
  if (kept === null || next.uncertainty_ms <= kept.uncertainty_ms) return true;
  const apart = Math.abs(next.offset_ms - kept.offset_ms);
  const age = Date.parse(next.measured_at) - Date.parse(kept.measured_at);
  return apart > next.uncertainty_ms + kept.uncertainty_ms || age > OLD_MS || age < 0;
}

/** Keeps the measured offset in the phone's database; a clock that was set is known again. */
export function keepClock(): void {
  onExchange((exchange) => {
    const next = measure(exchange);
    // A full storage must not break an exchange: the next one measures again.
    if (next !== null) void keep(next).catch(() => undefined);
  });
}

async function keep(next: ClockOffset): Promise<void> {
  if (!isWorthMore(next, await fact('clock'))) return;
  await putFact('clock', next);
  const seen = await fact('clock_seen');
  if (seen !== null && seen.set_at !== null) await putFact('clock_seen', { ...seen, set_at: null });
  changed('clock');
}
