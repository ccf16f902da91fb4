/** Enrolment by the dispatcher's invitation: PIN, session, then this phone's key with the same code. */
import { answer, api } from '$lib/api/client';
import { ApiProblem } from '$lib/api/problem';
import { putFact, type StoredSession } from '$lib/local/db';
import { ensureDevice } from './device';
import { sessionFrom } from './sign_in';

/**
 * The code in what was scanned, opened or typed: `https://host/enrol#CODE`, `#CODE` or the code itself.
 * Null when there is none.
 */
export function invitationCode(text: string): string | null {
  const link = /\/enrol#([^#\s]+)$/i.exec(text.trim()) ?? /^#?([^#/\s]+)$/.exec(text.trim());
  const code = (link?.[1] ?? '').toUpperCase();
  return /^[0-9A-Z]{2,8}(-?[0-9A-Z]{2,8}){1,4}$/.test(code) ? code : null;
}

/** What is wrong with a PIN, or null. */
export function pinWeakness(pin: string): 'length' | 'digits' | 'simple' | null {
  if (!/^\d*$/.test(pin)) return 'digits';
  if (pin.length < 6) return 'length';
  const digits = [...pin].map(Number);
  const steps = new Set(digits.slice(1).map((digit, index) => digit - (digits[index] ?? 0)));
  // All the same, or counting up or down.
  return steps.size === 1 && [-1, 0, 1].includes([...steps][0] ?? 2) ? 'simple' : null;
}

/**
 * Accepts the invitation, signs in and registers this phone's key. The code is kept before it is used: if the network
 * fails in between, the person signs in with the new PIN and the registration goes on where it stopped.
 */
export async function acceptInvitation(text: string, pin: string): Promise<StoredSession> {
  const code = invitationCode(text) ?? text.trim();
  await putFact('invitation', code);
  const signedIn = await answer(api.POST('/api/v1/invitations/accept', { body: { code, pin } })).catch(
    async (error: unknown) => {
      if (error instanceof ApiProblem) await putFact('invitation', null);
      throw error;
    },
  );
  const stored = await sessionFrom(signedIn);
  await putFact('session', stored);
  await ensureDevice();
  return stored;
}
