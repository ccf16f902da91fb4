/** Notices and how to be told, against the server; the list is kept on the phone to be read without a network. */
import { answer, api } from '$lib/api/client';
import type { LinkView, Notice, NoticePreferences, NoticePreferencesChange } from '$lib/api/types';
import { changed } from '$lib/local/changes';
import { fact, putFact } from '$lib/local/db';

/** Notices of one page. */
export const PAGE = 30;

/** Fetches the latest notices and keeps them. */
export async function refreshNotices(): Promise<void> {
  const session = await fact('session');
  if (session === null || session.ended) return;
  const list = await answer(api.GET('/api/v1/notices', { params: { query: { limit: PAGE } } }));
  await putFact('notices', { person_id: session.person.id, list, read_at: Date.now() });
  changed('notices');
}

/** Older notices than those kept. */
export async function olderNotices(cursor: string): Promise<{ items: Notice[]; next_cursor: string | null }> {
  return answer(api.GET('/api/v1/notices', { params: { query: { limit: PAGE, cursor } } }));
}

/** One notice of the person signed in. */
export async function findNotice(id: string): Promise<Notice> {
  return answer(api.GET('/api/v1/notices/{id}', { params: { path: { id } } }));
}

/** Marks some notices as read, or everything up to the time of one; then looks again. */
export async function readNotices(what: { ids: string[] } | { until: string }): Promise<void> {
  await answer(api.POST('/api/v1/notices/read', { body: what }));
  await refreshNotices();
}

export async function noticePreferences(): Promise<NoticePreferences> {
  return answer(api.GET('/api/v1/notices/preferences'));
}

export async function changeNoticePreferences(body: NoticePreferencesChange): Promise<NoticePreferences> {
  return answer(api.PATCH('/api/v1/notices/preferences', { body }));
}

/** What a link from a message is about. The token is posted: it never stands in a path. */
export async function lookAtLink(token: string): Promise<LinkView> {
  return answer(api.POST('/api/v1/links/look', { body: { token } }));
}

/** Does what a link from a message is for. */
export async function useLink(token: string, name: string): Promise<void> {
  await answer(api.POST('/api/v1/links/act', { body: { token, name: name.trim() || null } }));
}
