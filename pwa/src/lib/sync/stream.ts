/**
 * The server's stream while a page is looked at: notices at once, and hints that lists are old. One page of the browser
 * holds it (a Web Lock) and tells the others; it ends when no page is visible, and begins with a fresh look, so that a
 * hint that was lost costs nothing.
 */
import { changed, onChange } from '$lib/local/changes';
import { fact } from '$lib/local/db';
import { refreshNotices } from './notices';
import { refresh } from './run';
import { refreshSession } from './sign_in';

/** Screens look again at most this often, milliseconds. */
const LOOK_EVERY_MS = 2_000;
/** After the server refused a stream nobody asks for another before this has passed, milliseconds. */
const REFUSED_MS = 30_000;

let lastLook = 0;
let pending: ReturnType<typeof setTimeout> | undefined;

/** Lets screens and the field pack look again, now or soon. */
function look(): void {
  clearTimeout(pending);
  const wait = Math.max(0, lastLook + LOOK_EVERY_MS - Date.now());
  pending = setTimeout(() => {
    lastLook = Date.now();
    changed('server');
    void refresh(true);
  }, wait);
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
      quietly(refreshNotices());
      look();
    });
    source.addEventListener('notice', () => {
      quietly(refreshNotices());
      look();
    });
    source.addEventListener('changed', look);
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
