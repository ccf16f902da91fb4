/** Tells every page and the service worker that the phone's database changed, so that screens read it again. */
/** `notices`: what the person was told; `server`: something changed there that no store here holds. */
export type Topic =
  'session' | 'device' | 'pack' | 'events' | 'sync' | 'rescued' | 'clock' | 'files' | 'notices' | 'server';

/** `about` names the manifests of a `server` hint, or the events of an `events` change; none named: any. */
type Listener = (topic: Topic, about?: readonly string[]) => void;

const NAME = 'emanifest.changes';
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(NAME);
const listeners = new Set<Listener>();

channel?.addEventListener('message', ({ data }: MessageEvent<Topic | [Topic, string[]]>) => {
  const [topic, about] = Array.isArray(data) ? data : ([data] as const);
  for (const listener of listeners) listener(topic, about);
});

/** Announces a change to this context and to all others. */
export function changed(topic: Topic, about?: readonly string[]): void {
  for (const listener of listeners) listener(topic, about);
  channel?.postMessage(about === undefined ? topic : [topic, about]);
}

/** Calls back at every change; returns how to stop. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
