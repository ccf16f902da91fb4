/** Where a notice leads: the screen on which its reader can do something about it. */
import type { ManifestState, NoticeTopic, Role } from '$lib/api/types';

export interface Pointer {
  topic: NoticeTopic;
  /** The role in which the reader is told. */
  role: Role;
  manifest_id: string;
}

/** True when the state of the manifest decides: a facility approves at a desk and receives at its gate. */
export function needsState({ topic, role }: Pointer): boolean {
  return role === 'facility' && topic === 'your_turn';
}

/** The path of the screen; without a state where one is needed, the desk's page, which leads on. */
export function screenOf(pointer: Pointer, state?: ManifestState): string {
  const { topic, role, manifest_id } = pointer;
  if (role === 'driver') return topic === 'trip_withdrawn' ? '/driver' : `/driver/trip/${manifest_id}`;
  if (needsState(pointer) && state === 'arrived') return `/gate/receive/${manifest_id}`;
  return `/desk/manifests/${manifest_id}`;
}

/** The path that opens a notice; what it points to goes with it, so that it opens without a network too. */
export function openPath(notice: Pointer & { id: string }): string {
  const { id, topic, role, manifest_id } = notice;
  return `/notices/${id}?${new URLSearchParams({ topic, role, manifest_id }).toString()}`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads what {@link openPath} wrote; null when it is not whole: a stranger's link leads nowhere. */
export function pointerIn(
  query: URLSearchParams,
  roles: readonly string[],
  topics: readonly string[],
): Pointer | null {
  const [topic, role, manifest_id] = ['topic', 'role', 'manifest_id'].map((key) => query.get(key) ?? '');
  if (!topics.includes(topic ?? '') || !roles.includes(role ?? '') || !UUID.test(manifest_id ?? ''))
    return null;
  return { topic: topic as NoticeTopic, role: role as Role, manifest_id: manifest_id ?? '' };
}
