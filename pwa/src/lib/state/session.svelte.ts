/** Who is signed in, as state for the screens; kept in the phone's database so that a cold start offline knows it. */
import type { Role, RoleHeld } from '$lib/api/types';
import { onChange, changed } from '$lib/local/changes';
import { database, fact, putFact, type StoredSession } from '$lib/local/db';
import { forgetAllKept } from '$lib/local/kept';

let stored = $state<StoredSession | null>(null);
let ready = $state(false);

async function read(): Promise<void> {
  stored = await fact('session');
  ready = true;
}

onChange((topic) => {
  if (topic === 'session') void read();
});

export const session = {
  /** False until the phone's database was read. */
  get ready(): boolean {
    return ready;
  },
  get current(): StoredSession | null {
    return stored;
  },
  /** The role acted in, or null when nobody is signed in. */
  get role(): Role | null {
    return stored?.acting.role ?? null;
  },
  load: read,
  /** Remembers a fresh sign-in. */
  async start(next: StoredSession): Promise<void> {
    await putFact('session', next);
    stored = next;
    changed('session');
  },
  /** Chooses another of the person's roles. */
  async actAs(acting: RoleHeld): Promise<void> {
    if (stored === null) return;
    const { person, expires_at, demo, ended } = $state.snapshot(stored) as StoredSession;
    await session.start({ person, expires_at, demo, ended, acting: { ...acting } });
  },
  /** Forgets the person, the field pack and half-typed forms; device key, events and outbox stay. */
  async end(): Promise<void> {
    const person = stored?.person.id;
    await putFact('session', null);
    if (person !== undefined) await (await database()).delete('packs', person);
    forgetAllKept();
    stored = null;
    changed('session');
  },
};
