/** How old the field pack of the person signed in is, as state for the header of every page. */
import { onChange } from '$lib/local/changes';
import { fact, type PackAge } from '$lib/local/db';
import { session } from './session.svelte';

let age = $state.raw<PackAge | null>(null);

async function read(): Promise<void> {
  age = await fact('pack_age');
}

onChange((topic) => {
  if (topic === 'pack' || topic === 'session') void read().catch(() => undefined);
});
void read().catch(() => undefined);

export const packAge = {
  /** Phone time when the server last confirmed it, milliseconds; null when there is none. */
  get asOf(): number | null {
    return age !== null && age.person_id === session.current?.person.id ? age.confirmed_at : null;
  },
};
