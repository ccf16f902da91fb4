/**
 * The server's stream while a page is looked at: notices at once, and hints that lists are old. One page of the browser
 * holds it (a Web Lock) and tells the others; it ends when no page is visible, and begins with a fresh look, so that a
 * hint that was lost costs nothing.
 */
import type { Notice } from '$lib/api/types';
import { changed, onChange } from '$lib/local/changes';
import { fact } from '$lib/local/db';
import { refreshNotices } from './notices';
import { paced } from './paced';
import { refresh } from './run';
import { refreshSession } from './sign_in';

/** Screens look again at most this often, milliseconds. */
const LOOK_EVERY_MS = 2_000;
/** And the list of notices is fetched at most this often. */
const NOTICES_EVERY_MS = 1_000;
/** After the server refused a stream nobody asks for another before this has passed, milliseconds. */
const REFUSED_MS = 30_000;

/** Manifests named by hints since the last look; null: anything may have changed. */
let named: Set<string> | null = new Set();

/** Lets screens and the field pack look again: once for a swarm of hints. */
const look = paced(async () => {
  const about = named;
  named = new Set();
  changed('server', about === null ? undefined : [...about]);
  await refresh(true);
}, LOOK_EVERY_MS);

/** The list of notices, as often as one comes and no more. */
const lookAtNotices = paced(refreshNotices, NOTICES_EVERY_MS);

/** Remembers what a hint names and looks soon; a hint that names nothing is about anything. */
function hint(manifests: readonly string[]): void {
  if (manifests.length === 0) named = null;
  else manifests.forEach((id) => named?.add(id));
  look();
}

interface Hint {
  manifests?: string[];
  more?: boolean;
}

/** What an event of the stream carries; nothing when it is not JSON. */
function carried<T>(event: Event): Partial<T> {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as Partial<T>;
  } catch {
    return {};
  }
}

const quietly = (work: Promise<unknown>) => void work.catch(() => undefined);

/** Listens until told to stop, or until the server says that this stream is one too many. */
function listen(stop: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (stop.aborted) return done();
    const source = new EventSource('/api/v1/stream');
    const end = () => {
      source.close();
      stop.removeEventListener('abort', end);
      done();
    };
    stop.addEventListener('abort', end);
    source.addEventListener('hello', () => {
      lookAtNotices();
      hint([]);
    });
    source.addEventListener('notice', (event) => {
      const { manifest_id } = carried<Notice>(event);
      lookAtNotices();
      hint(manifest_id === undefined ? [] : [manifest_id]);
    });
    source.addEventListener('changed', (event) => {
      const { manifests = [], more = false } = carried<Hint>(event);
      hint(more ? [] : manifests);
    });
    source.addEventListener('superseded', end);
    source.addEventListener('error', () => {
      // A closed source was refused: the session may be over. A broken connection comes again by itself.
      if (source.readyState !== EventSource.CLOSED) return;
      notBefore = Date.now() + REFUSED_MS;
      setTimeout(() => void attend(), REFUSED_MS);
      quietly(refreshSession());
      end();
    });
  });
}

let attending: AbortController | null = null;
/** Whose stream it is. */
let listener: string | null = null;
let notBefore = 0;

function leave(): void {
  attending?.abort();
  attending = null;
}

async function attend(): Promise<void> {
  const session = await fact('session');
  const wanted = session !== null && !session.ended && document.visibilityState === 'visible';
  if (!wanted) return leave();
  if (attending !== null && listener === session.person.id) return;
  leave();
  if (Date.now() < notBefore) return;
  listener = session.person.id;
  const mine = (attending = new AbortController());
  const listening =
    'locks' in navigator
      ? navigator.locks.request('emanifest.stream', { signal: mine.signal }, () => listen(mine.signal))
      : listen(mine.signal);
  await listening.catch(() => undefined);
  if (attending === mine) attending = null;
}

/** Starts it; called once per page. */
export function runStream(): void {
  if (!('EventSource' in globalThis)) return;
  document.addEventListener('visibilitychange', () => void attend());
  addEventListener('online', () => void attend());
  addEventListener('pagehide', leave);
  onChange((topic) => {
    if (topic === 'session') void attend();
  });
  void attend();
}
