/** The line fails in every way: nothing is lost, nothing is stored twice, and the driver is told in plain words. */
import { issued, parties } from '../harness/loads';
import type { Fault } from '../harness/fault_proxy';
import type { Device } from '../harness/phone';
import { keptBy, record, waitingOn } from '../harness/recorder';
import { expect, test } from '../harness/test';

/** A cut line and an unwilling server are what these stories are about. */
const EXPECTED = /net::ERR_|status of (401|429|500|503)|Failed to fetch/;

/** Waits until the phone has a key and its field pack, and the service worker holds the page. */
async function ready(phone: Device): Promise<void> {
  phone.forgive(EXPECTED);
  await phone.armed();
  await expect(phone.get('sync-age')).toContainText(/\d\d:\d\d/, { timeout: 30_000 });
  await expect(phone.get('device-missing')).toBeHidden();
}
async function allSent(phone: Device, timeout = 40_000): Promise<void> {
  await expect(phone.get('sync-pill')).toHaveAttribute('data-waiting', '0', { timeout });
}

const FAULTS: [string, Fault[]][] = [
  [
    '503 twice',
    [
      { kind: 'answer', status: 503 },
      { kind: 'answer', status: 503 },
    ],
  ],
  ['a line cut before the server saw it', [{ kind: 'cut_before' }]],
  ['a line cut after the server committed', [{ kind: 'cut_after' }]],
  ['half an answer', [{ kind: 'half' }]],
  ['an answer that trickles', [{ kind: 'slow', ms: 6_000 }]],
  ['a captive portal', [{ kind: 'answer', status: 200, type: 'text/html', body: '<h1>Wi-Fi</h1>' }]],
  ['a proxy that dislikes it', [{ kind: 'answer', status: 400, type: 'text/html', body: 'no' }]],
];

test('every fault of the line ends with each event stored once', async ({ api, device, who, line }) => {
  test.setTimeout(240_000);
  const people = await parties(api);
  const load = await issued(people);
  const phone = await device('driver', { origin: line.origin });
  await phone.signIn(who('driver'));
  await ready(phone);
  const written: string[] = [];
  for (const [name, faults] of FAULTS) {
    await test.step(name, async () => {
      line.next(...faults);
      const ids = await record(phone.page, { manifests: [load.id], count: 4, from: written.length });
      written.push(...ids);
      await allSent(phone);
      expect((await people.generator.events(load.id)).map(({ id }) => id).sort()).toEqual(
        [...written].sort(),
      );
    });
  }
  const committed = line.seen.filter(({ fault, status }) => fault === 'cut_after' && status === 200);
  expect(committed.length, 'the server had committed before the line was cut').toBe(1);
  expect((await keptBy(phone.page)).filter(({ outcome }) => outcome === 'duplicate').length).toBeGreaterThan(
    0,
  );

  await test.step('429 with Retry-After is obeyed and said', async () => {
    line.next({
      kind: 'answer',
      status: 429,
      retryAfter: 6,
      type: 'application/problem+json',
      body: '{"code":"rate_limited"}',
    });
    const before = line.seen.length;
    await record(phone.page, { manifests: [load.id], count: 1, from: written.length });
    await phone.goto('/outbox');
    await expect(phone.get('outbox-why')).toHaveAttribute('data-problem', 'rate_limited');
    await phone.picture('rate-limited');
    await allSent(phone);
    const posts = line.seen.slice(before).filter(({ events }) => events.length > 0);
    expect(posts.length).toBe(2);
    expect((posts[1]?.at ?? 0) - (posts[0]?.at ?? 0)).toBeGreaterThanOrEqual(6_000);
    expect(posts[1]?.sentAt, 'stamped anew').not.toBe(posts[0]?.sentAt);
  });
});

test('two tabs write and send at once: one sender, no number twice, no event twice', async ({
  api,
  device,
  who,
  line,
}) => {
  const people = await parties(api);
  const load = await issued(people);
  const phone = await device('driver', { origin: line.origin });
  await phone.signIn(who('driver'));
  await ready(phone);
  const second = await phone.context.newPage();
  await second.goto(`${line.origin}/driver`);
  await expect(second.locator('h1')).toBeVisible();
  const [one, two] = await Promise.all([
    record(phone.page, { manifests: [load.id], count: 40, from: 0 }),
    record(second, { manifests: [load.id], count: 40, from: 40 }),
  ]);
  await allSent(phone);
  const stored = (await people.generator.events(load.id)).map(({ id }) => id);
  expect(stored.sort()).toEqual([...one, ...two].sort());
  expect(
    [...line.posted().values()].filter((times) => times !== 1),
    'posted more than once',
  ).toEqual([]);
  const seqs = (await keptBy(second)).map(({ seq }) => seq).sort((a, b) => a - b);
  expect(seqs).toEqual(Array.from({ length: 80 }, (_, n) => n + 1));
});

test('an update in the middle of a full outbox loses nothing', async ({ api, device, who, line }) => {
  const people = await parties(api);
  const load = await issued(people);
  const phone = await device('driver', { origin: line.origin });
  await phone.signIn(who('driver'));
  await ready(phone);
  line.faults(() => ({ kind: 'cut_before' }));
  const ids = await record(phone.page, { manifests: [load.id], count: 120, from: 0 });
  await expect(phone.get('sync-pill')).toHaveAttribute('data-waiting', '120');
  line.change('/sw.js', (original) => `${original}\n// another build`);
  await phone.page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await expect(phone.get('update')).toBeVisible({ timeout: 20_000 });
  const reloaded = phone.page.waitForEvent('load');
  await phone.get('update-now').click();
  await reloaded;
  await expect(phone.get('sync-pill')).toHaveAttribute('data-waiting', '120');
  expect(await waitingOn(phone.page)).toBe(120);
  line.faults(() => null);
  await phone.goto('/outbox');
  await phone.get('send-now').click();
  await allSent(phone);
  expect((await people.generator.events(load.id)).map(({ id }) => id).sort()).toEqual([...ids].sort());
});

test('a session that ends in the middle leaves the queue untouched until the driver signs in again', async ({
  api,
  device,
  who,
  line,
}) => {
  const people = await parties(api);
  const load = await issued(people);
  const phone = await device('driver', { origin: line.origin });
  await phone.signIn(who('driver'));
  await ready(phone);
  line.faults((_, path) => (path.startsWith('/api/v1/field/events') ? { kind: 'cut_before' } : null));
  const ids = await record(phone.page, { manifests: [load.id], count: 30, from: 0 });
  // Ended elsewhere: the application learns of it by its next 401.
  expect(
    await phone.page.evaluate(async () => (await fetch('/api/v1/session', { method: 'DELETE' })).status),
  ).toBe(204);
  line.faults(() => null);
  await phone.restart('/outbox');
  await expect(phone.get('outbox-why')).toBeVisible({ timeout: 20_000 });
  await expect(phone.get('sync-pill')).toHaveAttribute('data-waiting', '30');
  await phone.picture('signed-out', true);
  await phone.signIn(who('driver'));
  await allSent(phone);
  expect((await people.generator.events(load.id)).map(({ id }) => id).sort()).toEqual([...ids].sort());
});

test('a clock that is set back while the phone is offline changes no true time', async ({
  api,
  device,
  who,
  line,
}) => {
  const people = await parties(api);
  const load = await issued(people);
  const phone = await device('driver', { origin: line.origin });
  await phone.signIn(who('driver'));
  await ready(phone);
  line.offline();
  await phone.goto('/outbox');
  await phone.page.evaluate(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() - 3_600_000;
  });
  await expect(phone.get('clock-set')).toBeVisible({ timeout: 20_000 });
  await phone.picture('clock-set', true);
  const before = Date.now();
  await record(phone.page, { manifests: [load.id], count: 1, from: 0 });
  line.offline(false);
  await phone.get('send-now').click();
  await allSent(phone);
  await expect(phone.get('clock-set')).toBeHidden();
  const [event] = await people.generator.items<{ event_time: string; estimated_time: string }>(
    `/manifests/${load.id}/events`,
  );
  expect(Math.abs(Date.parse(event?.estimated_time ?? '') - before)).toBeLessThan(10_000);
  expect(before - Date.parse(event?.event_time ?? '')).toBeGreaterThan(3_500_000);
});

test('a shift of eight hours offline with five hundred events', async ({ api, device, who, line }) => {
  test.setTimeout(240_000);
  const people = await parties(api);
  const loads = [await issued(people), await issued(people), await issued(people)];
  const phone = await device('driver', { origin: line.origin });
  await phone.signIn(who('driver'));
  await ready(phone);
  line.offline();
  const shift = 8 * 3_600_000;
  const first = Date.now() - shift;
  const manifests = loads.map(({ id }) => id);
  const ids = await record(phone.page, {
    manifests,
    count: 500,
    from: 0,
    since: { first, apart: shift / 500 },
  });
  await phone.restart('/outbox');
  await expect(phone.get('sync-pill')).toHaveAttribute('data-waiting', '500');
  await phone.picture('a-shift-waits', true);
  line.offline(false);
  await phone.get('send-now').click();
  await allSent(phone, 120_000);
  const stored: { id: string; estimated_time: string }[] = [];
  for (const id of manifests)
    stored.push(...(await people.generator.items<(typeof stored)[0]>(`/manifests/${id}/events`)));
  expect(stored.map(({ id }) => id).sort()).toEqual([...ids].sort());
  const times = stored.map(({ estimated_time }) => Date.parse(estimated_time)).sort((a, b) => a - b);
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(shift * 0.95);
});

test('the field pack comes by its changes, and its age is on every page', async ({
  api,
  device,
  who,
  line,
}) => {
  const people = await parties(api);
  await issued(people);
  const phone = await device('driver', { origin: line.origin });
  await phone.signIn(who('driver'));
  await ready(phone);
  const packs = () =>
    line.seen.filter(({ path, status }) => path.startsWith('/api/v1/field/pack') && status === 200);
  const load = await issued(people);
  await phone.goto('/driver');
  await phone.get('refresh-pack').click();
  await expect(phone.load(load.id)).toBeVisible({ timeout: 20_000 });
  const [whole, changes] = [packs()[0], packs().at(-1)];
  expect(whole?.path).not.toContain('since=');
  expect(changes?.path).toContain('since=');
  expect(changes?.bytes ?? Infinity).toBeLessThan((whole?.bytes ?? 0) / 2);
  for (const path of ['/driver', '/driver/scan', `/driver/pickup/${load.id}`, '/outbox', '/account']) {
    await phone.goto(path);
    await expect(phone.get('sync-age')).toContainText(/\d\d:\d\d/);
  }
  await phone.page.setViewportSize({ width: 320, height: 640 });
  await phone.picture('age-at-320');
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});
