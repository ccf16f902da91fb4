/**
 * What went wrong on this device lately, for a problem report: kinds, codes and places in the program, never what
 * people typed or read. Texts are scrubbed as they come in, so that nothing personal is ever kept.
 */
const KEY = 'emanifest.log';
/** Older entries make room, newest kept. */
const MOST = 100;

export interface LogEntry {
  /** RFC 3339 UTC. */
  at: string;
  kind: 'start' | 'error' | 'rejection' | 'problem' | 'unreachable';
  what: string;
  where: string;
}

/** An error's words without what may be somebody's: numbers, ids, addresses and everything between quotes. */
export function scrub(text: string): string {
  return text
    .slice(0, 300)
    .replace(/\S+@\S+/g, '[address]')
    .replace(/(["'“‘`«])[^"'”’`»]*(["'”’`»]|$)/g, '[text]')
    .replace(/https?:\/\/\S+/gi, '[link]')
    .replace(/\S*\d[\d\S]{2,}/g, '[number]');
}

/** An address of the API without what stands for one manifest, plate or code. */
export function scrubPath(pathname: string): string {
  return pathname
    .split('/')
    .map((part) => (/^(v\d|[a-z][a-z_.-]*|)$/.test(part) ? part : ':x'))
    .join('/');
}

/** Files and lines of a stack, without messages and hosts; the innermost three. */
export function placesOf(stack: string | undefined): string {
  const places = [...(stack ?? '').matchAll(/([\w.-]+\.(?:js|ts|svelte)):(\d+):(\d+)/g)];
  return places
    .slice(0, 3)
    .map(([place]) => place)
    .join(' < ');
}

/** The entries, oldest first. */
export function readLog(): LogEntry[] {
  try {
    const log: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(log) ? (log as LogEntry[]) : [];
  } catch {
    return [];
  }
}

/** Adds an entry whose texts have been scrubbed. A full storage keeps the log as it was. */
export function addToLog(entry: LogEntry): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...readLog(), entry].slice(-MOST)));
  } catch {
    // The report is worth less than the room it would take.
  }
}
