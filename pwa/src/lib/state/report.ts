/** The problem report: how this device stands and what went wrong on it, free of personal data. */
import { fact } from '$lib/local/db';
import { readLog, type LogEntry } from '$lib/local/log';
import { outboxCounts } from '$lib/local/outbox';
import { getLocale } from '$lib/i18n/paraglide/runtime.js';
import { session } from './session.svelte';
import { theme } from './theme.svelte';

export interface Report {
  made_at: string;
  release: string;
  language: string;
  theme: string;
  /** The role acted in; not who. */
  role: string | null;
  screen: string;
  browser: string;
  online: boolean;
  service_worker: 'none' | 'active' | 'update waits';
  storage: { used_mb: number | null; quota_mb: number | null; kept: boolean | null };
  outbox: { waiting: number; refused: number };
  clock_offset_ms: number | null;
  sync: { failures: number; last_problem: string | null } | null;
  log: LogEntry[];
}

const MB = 1_000_000;
const megabytes = (bytes: number | undefined) => (bytes === undefined ? null : Math.round(bytes / MB));

/** Gathers it now. */
export async function makeReport(): Promise<Report> {
  const [counts, clock, sync, estimate, kept, worker] = await Promise.all([
    outboxCounts(),
    fact('clock'),
    fact('sync'),
    navigator.storage?.estimate?.(),
    navigator.storage?.persisted?.(),
    navigator.serviceWorker?.getRegistration(),
  ]);
  return {
    made_at: new Date().toISOString(),
    release: __RELEASE__,
    language: getLocale(),
    theme: theme.choice,
    role: session.role,
    screen: `${innerWidth}x${innerHeight}@${devicePixelRatio}`,
    browser: navigator.userAgent,
    online: navigator.onLine,
    service_worker: worker?.waiting ? 'update waits' : worker?.active ? 'active' : 'none',
    storage: {
      used_mb: megabytes(estimate?.usage),
      quota_mb: megabytes(estimate?.quota),
      kept: kept ?? null,
    },
    outbox: { waiting: counts.waiting, refused: counts.refused },
    clock_offset_ms: clock?.offset_ms ?? null,
    sync: sync === null ? null : { failures: sync.failures, last_problem: sync.last_problem },
    log: readLog(),
  };
}
