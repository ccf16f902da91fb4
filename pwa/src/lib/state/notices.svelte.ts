/** What the person was told, as state for the bell and the list; reads only the phone's own database. */
import type { NoticeList } from '$lib/api/types';
import { onChange } from '$lib/local/changes';
import { fact } from '$lib/local/db';

let list = $state.raw<NoticeList | null>(null);
let asOf = $state<number | null>(null);

async function read(): Promise<void> {
  const [stored, session] = await Promise.all([fact('notices'), fact('session')]);
  const own = stored !== null && stored.person_id === session?.person.id ? stored : null;
  list = own?.list ?? null;
  asOf = own?.read_at ?? null;
  const badge = navigator as { setAppBadge?(count: number): Promise<void> };
  void badge.setAppBadge?.(own?.list.unread ?? 0).catch(() => undefined);
}

onChange((topic) => {
  if (topic === 'notices' || topic === 'session') void read();
});
void read();

export const notices = {
  /** The latest page; null before the first look. */
  get list(): NoticeList | null {
    return list;
  },
  get unread(): number {
    return list?.unread ?? 0;
  },
  /** Phone time of the last look, milliseconds. */
  get asOf(): number | null {
    return asOf;
  },
};
