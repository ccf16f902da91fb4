/**
 * Hard frames of real codes through the reader of the app. `SCANNER_FRAMES` a class (20 by default) and, with
 * `SCANNER_OUT`, a dated table at the end of that file.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type CDPSession, type Page } from '@playwright/test';
import { ARTIFACTS, servePage } from './build';
import { codeOf } from './codes';
import type { Reading } from './page/main';
import { median, share, table, type Row } from './report';
import { CLASSES, PER_CLASS, type FrameClass } from './shots';

/** The processor of a cheap phone: so many times slower than this machine's. */
const SLOWED = 6;
/** Most milliseconds of a slowed processor for half of the frames that can be read. */
const BUDGET_MS = 60;
/** At least this share is read. */
const WANTED = 0.95;

/** Processor time of the page's own thread so far, milliseconds: what other programs take of the clock is not in it. */
async function threadMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
}

async function frameOf(page: Page, session: CDPSession, kind: FrameClass, index: number) {
  await page.evaluate(([of, at]) => window.bench.make(of, at), [kind, index] as const);
  const baseline = await page.evaluate(() => window.bench.baseline());
  const worker = await page.evaluate(() => window.bench.worker());
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
  const before = await threadMs(session);
  const slowed: Reading = await page.evaluate(() => window.bench.page());
  const slowedMs = (await threadMs(session)) - before;
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  return { baseline, worker, slowed, slowedMs };
}

test('at least 95 of 100 hard frames are read, none wrongly, half of them within 60 ms of a slow phone', async ({
  page,
}) => {
  const frames = Math.min(PER_CLASS, Number(process.env['SCANNER_FRAMES'] ?? PER_CLASS));
  test.setTimeout(frames * CLASSES.length * 20_000);
  expect(codeOf('clean').version, 'the worst manifest').toBe(14);
  expect(codeOf('screen').version, 'a live code').toBe(15);

  const served = await servePage();
  await page.goto(served.url);
  await page.waitForFunction(() => 'bench' in window);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });

  const rows: Row[] = [];
  for (const kind of CLASSES) {
    const row: Row = {
      kind,
      frames,
      read: 0,
      baseline: 0,
      wrong: 0,
      workerMs: [],
      slowedMs: [],
      slowedWallMs: [],
    };
    for (let index = 0; index < frames; index += 1) {
      const { baseline, worker, slowed, slowedMs } = await frameOf(page, session, kind, index);
      row.baseline += Number(baseline.right);
      row.wrong += Number(worker.wrong) + Number(slowed.wrong);
      if (!worker.right) {
        mkdirSync(join(ARTIFACTS, 'unread'), { recursive: true });
        const picture = await page.evaluate(() => window.bench.picture());
        writeFileSync(join(ARTIFACTS, 'unread', `${kind}-${index}.jpg`), Buffer.from(picture, 'base64'));
        continue;
      }
      row.read += 1;
      row.workerMs.push(worker.ms);
      row.slowedMs.push(slowedMs);
      row.slowedWallMs.push(slowed.ms);
    }
    console.log(`   ${kind}: ${row.read} of ${frames}`);
    rows.push(row);
  }
  served.close();

  const report = table(rows, SLOWED);
  console.log(report);
  const out = process.env['SCANNER_OUT'];
  if (out !== undefined) appendFileSync(out, `\n${report}`);
  expect(
    rows.reduce((sum, row) => sum + row.wrong, 0),
    'wrong texts',
  ).toBe(0);
  expect(share(rows, 'read')).toBeGreaterThanOrEqual(WANTED);
  expect(median(rows.flatMap((row) => row.slowedMs))).toBeLessThanOrEqual(BUDGET_MS);
});
