/** Writing events in a page by the application's own code, served to it by the fault proxy. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Job, Kept } from '../recorder/recorder';
import type { FaultProxy } from './fault_proxy';
import { ARTIFACTS, ROOT } from './places';

const PATH = '/assets/recorder.js';
type Module = typeof import('../recorder/recorder');

/** Builds the recorder once per run of a worker and lets the proxy serve it. */
export function offerRecorder(proxy: FaultProxy): void {
  build();
  proxy.serve(PATH, join(ARTIFACTS, 'recorder/recorder.js'));
}

let built = false;
function build(): void {
  if (built) return;
  const vite = join(ROOT, 'pwa/node_modules/.bin/vite');
  const config = join(ROOT, 'tests/e2e/recorder/build.config.mjs');
  execFileSync(vite, ['build', '--config', config], { cwd: join(ROOT, 'pwa'), stdio: 'pipe' });
  built = true;
}

/** Writes events; returns the ids that the page was told are saved. */
export async function record(page: Page, job: Job): Promise<string[]> {
  return page.evaluate(
    async ([path, wanted]) => {
      const { record: write } = (await import(path)) as Module;
      const ids: string[] = [];
      await write(wanted, (id) => ids.push(id));
      return ids;
    },
    [PATH, job] as const,
  );
}

/** Begins to write and does not wait; `saved` of the page is called with each id. */
export async function beginRecording(page: Page, job: Job): Promise<void> {
  await page.evaluate(
    async ([path, wanted]) => {
      const { record: write } = (await import(path)) as Module;
      const told = globalThis as unknown as { saved: (id: string) => unknown };
      void write(wanted, (id) => told.saved(id));
    },
    [PATH, job] as const,
  );
}

/** Everything the phone keeps. */
export async function keptBy(page: Page): Promise<Kept[]> {
  return page.evaluate(async (path) => ((await import(path)) as Module).kept(), PATH);
}

/** How many wait to be sent. */
export async function waitingOn(page: Page): Promise<number> {
  return page.evaluate(async (path) => ((await import(path)) as Module).waiting(), PATH);
}

/** True when the phone knows that its person has to sign in again. */
export async function sessionEndedOn(page: Page): Promise<boolean> {
  return page.evaluate(async (path) => ((await import(path)) as Module).sessionEnded(), PATH);
}
