/**
 * A phone whose browser is killed again and again, first while events are written without a network, then while they are
 * sent over a bad line: whatever the phone called saved is stored exactly once. `E2E_EVENTS` and `E2E_KILLS` make it long
 * (`scripts/faults phone`); the short form runs with all other stories.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Fault, FaultProxy } from '../harness/fault_proxy';
import { Killable } from '../harness/killable';
import { issued, parties } from '../harness/loads';
import { ARTIFACTS } from '../harness/places';
import { beginRecording, keptBy, sessionEndedOn, waitingOn } from '../harness/recorder';
import type { Login } from '../harness/server';
import { expect, test } from '../harness/test';

const EVENTS = Number(process.env['E2E_EVENTS'] ?? 120);
const KILLS = Number(process.env['E2E_KILLS'] ?? 4);
/** Events of one manifest: a load has dozens, not thousands. */
const A_LOAD = 100;

/** Opens the application without a network if need be, and waits until it stands. */
async function opened(phone: Killable, line: FaultProxy): Promise<Page> {
  const page = await phone.start(`${line.origin}/outbox`);
  await expect(page.locator('h1')).toBeVisible({ timeout: 30_000 });
  return page;
}

async function signIn(page: Page, login: Login): Promise<void> {
  await page.getByTestId('login').fill(login.login);
  await page.getByTestId('secret').fill(login.secret);
  await page.getByTestId('login-submit').click();
  await expect(page.getByTestId('login-form')).toBeHidden();
}

/**
 * Presses "send" as a person who waits does. A browser writes its cookies down only every half minute: one that was
 * killed before may have forgotten the session, and its person signs in again.
 */
async function press(page: Page, line: FaultProxy, login: Login): Promise<void> {
  if (await sessionEndedOn(page)) {
    await page.goto(`${line.origin}/login`);
    await signIn(page, login);
    await page.goto(`${line.origin}/outbox`);
  }
  await page
    .getByTestId('send-now')
    .click({ timeout: 5_000 })
    .catch(() => undefined);
}

test('killed at random, and everything saved is stored exactly once', async ({ api, who, line }) => {
  test.setTimeout(120_000 + EVENTS * 600);
  const began = Date.now();
  const people = await parties(api);
  const manifests: string[] = [];
  while (manifests.length * A_LOAD < EVENTS) manifests.push((await issued(people)).id);
  const phone = Killable.fresh('killed');
  let kills = 0;
  try {
    let page = await phone.start(`${line.origin}/login`);
    await signIn(page, who('driver'));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await expect(page.getByTestId('sync-age')).toContainText(/\d\d:\d\d/, { timeout: 30_000 });

    line.offline();
    const saved = new Set<string>();
    const writing = Math.ceil(KILLS / 2);
    for (;;) {
      await page.exposeFunction('saved', (id: string) => void saved.add(id));
      const there = new Set((await keptBy(page)).map(({ id }) => id));
      expect(
        [...saved].filter((id) => !there.has(id)),
        'called saved, and gone after the kill',
      ).toEqual([]);
      const left = EVENTS - there.size;
      if (left === 0) break;
      // A random part of what is left, killed a random moment later; the last stretch is written to its end.
      const share = Math.ceil((2 * left) / (writing - kills + 1));
      const stretch = kills < writing ? Math.min(left, 1 + Math.floor(Math.random() * share)) : left;
      const before = saved.size;
      await beginRecording(page, { manifests, count: left, from: there.size });
      await expect
        .poll(() => saved.size - before, { timeout: 60_000 + EVENTS * 200, intervals: [20] })
        .toBeGreaterThanOrEqual(stretch);
      if (kills >= writing) break;
      await pause(Math.random() * 60);
      await phone.kill();
      kills += 1;
      page = await opened(phone, line);
    }
    const written = await keptBy(page);
    expect(written.length).toBe(EVENTS);
    expect(written.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(written.map((_, n) => n + 1));

    let luck = 0;
    const FAULTS: Fault[] = [
      { kind: 'cut_after' },
      { kind: 'half' },
      { kind: 'answer', status: 503 },
      { kind: 'slow', ms: 900 },
    ];
    line.faults((_, path) => {
      if (!path.startsWith('/api/v1/field/events') || kills >= KILLS) return null;
      luck += 1;
      return luck % 3 === 0 ? (FAULTS[(luck / 3) % FAULTS.length] ?? null) : null;
    });
    line.offline(false);
    while (kills < KILLS && (await waitingOn(page)) > 0) {
      await press(page, line, who('driver'));
      await pause(Math.random() * 1_200);
      await phone.kill();
      kills += 1;
      page = await opened(phone, line);
    }
    await expect(async () => {
      await press(page, line, who('driver'));
      expect(await waitingOn(page)).toBe(0);
    }).toPass({ timeout: 60_000 + EVENTS * 100, intervals: [1_000] });

    const stored: string[] = [];
    for (const id of manifests) stored.push(...(await people.generator.events(id)).map((event) => event.id));
    expect(new Set(stored).size, 'no event twice').toBe(stored.length);
    expect(stored.length).toBe(EVENTS);
    expect(stored.sort()).toEqual(written.map(({ id }) => id).sort());
    for (const id of saved) expect(stored.includes(id), `${id} was called saved`).toBe(true);
    const kept = await keptBy(page);
    expect(kept.filter(({ progress }) => progress !== 'recorded')).toEqual([]);
    const posts = [...line.posted().values()];
    const told = {
      events: EVENTS,
      kills,
      stored: stored.length,
      posted: posts.reduce((a, b) => a + b, 0),
      seconds: Math.round((Date.now() - began) / 1000),
    };
    writeFileSync(join(ARTIFACTS, 'killed.json'), JSON.stringify(told));
    console.log(`== killed: ${JSON.stringify(told)}`);
  } finally {
    await phone.kill();
  }
});
