/** What only the server knows at a roadside: the freshest verdict, and what runs on a plate. Each look is logged there. */
import { answer, api } from '$lib/api/client';
import { Unreachable } from '$lib/api/problem';
import type { ManifestSummary, VerifyAnswer } from '$lib/api/types';
import type { EventPosition } from '$lib/local/event_payload';

/** Nobody waits longer at a roadside, milliseconds; the offline verdict stands meanwhile. */
const PATIENCE_MS = 8_000;

async function soon<T>(call: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unreachable('too slow')), PATIENCE_MS);
  });
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
}

/** The server's verdict on a code or a short code. */
export async function verifyOnline(code: string, position: EventPosition | null): Promise<VerifyAnswer> {
  const where = position === null ? {} : { position: { lat: position.lat, lon: position.lon } };
  return soon(answer(api.POST('/api/v1/verify', { body: { code, ...where } }))) as Promise<VerifyAnswer>;
}

/** Manifests on a plate, from the primary store, and as of when. */
export async function byPlate(plate: string): Promise<{ as_of: string; items: ManifestSummary[] }> {
  return soon(
    answer(api.GET('/api/v1/vehicles/by-plate/{plate}/manifests', { params: { path: { plate } } })),
  );
}
