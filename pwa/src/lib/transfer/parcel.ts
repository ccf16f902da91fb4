/** What is handed over in one go: as a file, and as codes for those events that fit into them. */
import type { StoredEvent } from '$lib/local/db';
import { bundleFile, isPackable, pack } from './bundle';
import { framesOf, MOST_FRAMES } from './frames';

/** More codes than this take longer than anybody holds a phone still. */
export const MANY_FRAMES = 90;

/** The file with these events. */
export function fileOf(events: readonly StoredEvent[], nowMs: number): File {
  const text = bundleFile(
    events.map(({ jws }) => jws),
    nowMs,
  );
  const day = new Date(nowMs).toISOString().slice(0, 16).replaceAll(':', '');
  return new File([text], `emanifest-outbox-${day}.json`, { type: 'application/json' });
}

/** The codes, and how many events are not in them: their text is damaged, or there are too many. */
export async function codesOf(events: readonly StoredEvent[]): Promise<{ frames: string[]; left: number }> {
  const packable = events.map(({ jws }) => jws).filter(isPackable);
  const frames = packable.length === 0 ? [] : await framesOf(await pack(packable));
  if (frames.length > MOST_FRAMES) return { frames: [], left: events.length };
  return { frames, left: events.length - packable.length };
}

/** True when this browser can hand a file to another application. */
export function canShare(file: File): boolean {
  return navigator.canShare?.({ files: [file] }) ?? false;
}

/** Saves a file where the browser saves files. */
export function download(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
