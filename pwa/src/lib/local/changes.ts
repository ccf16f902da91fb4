/** Tells every page and the service worker that the phone's database changed, so that screens read it again. */
/** `notices`: what the person was told; `server`: something changed there that no store here holds. */
export type Topic =
  | 'session'
  | 'device'
  | 'pack'
  | 'events'
  | 'sync'
  | 'rescued'
  | 'clock'
  | 'files'
  | 'notices'
  | 'server';

const NAME = 'emanifest.changes';
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(NAME);
const listeners = new Set<(topic: Topic) => void>();

channel?.addEventListener('message', (message: MessageEvent<Topic>) => {
  for (const listener of listeners) listener(message.data);
});

/** Announces a change to this context and to all others. */
export function changed(topic: Topic): void {
  for (const listener of listeners) listener(topic);
  channel?.postMessage(topic);
}

/** Calls back at every change; returns how to stop. */
export function onChange(listener: (topic: Topic) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
