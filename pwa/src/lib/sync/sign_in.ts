/** Signing in and out against the server, and what the phone keeps of it. */
import { answer, api } from '$lib/api/client';
import { ApiProblem } from '$lib/api/problem';
import type { Me, Role, RoleHeld, SessionAnswer } from '$lib/api/types';
import { changed } from '$lib/local/changes';
import { fact, putFact, type StoredSession } from '$lib/local/db';
import { turnPushOff } from './push';

/** Roles that record events, so that their phone has a device key. */
export const CAPTURING: readonly Role[] = ['driver', 'facility', 'inspector'];

/** The role first acted in: the one acted in before, else the first held. */
function chosen(roles: readonly RoleHeld[], before: RoleHeld | undefined): RoleHeld {
  const same = roles.find(
    (held) => held.role === before?.role && held.organisation_id === before.organisation_id,
  );
  const first = same ?? roles[0];
  if (first === undefined) throw new ApiProblem({ title: '', status: 403, code: 'forbidden' });
  return first;
}

/** The stored form of a fresh session; `me` adds organisation names and whether this is a demo. */
export async function sessionFrom(signedIn: SessionAnswer): Promise<StoredSession> {
  const before = await fact('session');
  const me: Me | null = await answer(api.GET('/api/v1/me')).catch(() => null);
  const person = me?.person ?? signedIn.person;
  return {
    person,
    acting: chosen(person.roles, before?.person.id === person.id ? before.acting : undefined),
    expires_at: signedIn.expires_at,
    demo: me?.demo ?? false,
    ended: false,
  };
}

/** Signs in with a phone number or e-mail and a PIN or password. */
export async function signIn(login: string, secret: string): Promise<StoredSession> {
  return sessionFrom(await answer(api.POST('/api/v1/session', { body: { login: login.trim(), secret } })));
}

/** Ends the server's session if it can be reached; the phone forgets the person either way. */
export async function signOut(): Promise<void> {
  // Nobody's notices on a screen that nobody is signed in at.
  await turnPushOff().catch(() => undefined);
  await answer(api.DELETE('/api/v1/session')).catch(() => undefined);
}

/** Asks the server who is signed in; a 401 marks the session as ended, silence changes nothing. */
export async function refreshSession(): Promise<void> {
  const stored = await fact('session');
  if (stored === null) return;
  try {
    const me = await answer(api.GET('/api/v1/me'));
    if (me.person.id !== stored.person.id) return;
    const acting = chosen(me.person.roles, stored.acting);
    await putFact('session', {
      person: me.person,
      acting,
      expires_at: me.session.expires_at,
      demo: me.demo,
      ended: false,
    });
    changed('session');
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 401) await sessionEnded();
  }
}

/** The server no longer knows this session: work goes on offline, sending waits for a new sign-in. */
export async function sessionEnded(): Promise<void> {
  const stored = await fact('session');
  if (stored === null || stored.ended) return;
  await putFact('session', { ...stored, ended: true });
  changed('session');
}
