/** Writes the device's log for as long as a page is open. */
import { onFailure } from '$lib/api/client';
import { addToLog, placesOf, scrub, scrubPath, type LogEntry } from '$lib/local/log';

function note(kind: LogEntry['kind'], what: string, where: string): void {
  addToLog({ at: new Date().toISOString(), kind, what, where });
}

/** Starts it; called once per page. */
export function keepLog(): void {
  note('start', __RELEASE__, scrubPath(location.pathname));
  addEventListener('error', (event) => {
    const error: unknown = event.error;
    note('error', scrub(event.message), placesOf(error instanceof Error ? error.stack : undefined));
  });
  addEventListener('unhandledrejection', (event) => {
    const reason: unknown = event.reason;
    const what = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
    note('rejection', scrub(what), placesOf(reason instanceof Error ? reason.stack : undefined));
  });
  onFailure(({ method, url, status, code }) => {
    const where = `${method} ${scrubPath(new URL(url).pathname)}`;
    if (status === null) note('unreachable', 'no answer', where);
    else note('problem', `${String(status)} ${code}`, where);
  });
}
