/** What the driver can do when the phone itself fails: storage full, phone replaced, server restored, server restarted. */
import { cpSync, rmSync } from 'node:fs';
import type { CDPSession } from '@playwright/test';
import { FaultProxy } from '../harness/fault_proxy';
import { ends, issued, parties } from '../harness/loads';
import type { Device } from '../harness/phone';
import { keptBy, offerRecorder, record } from '../harness/recorder';
import { Api } from '../harness/api';
import { command, start, startCopy } from '../harness/server';
import { expect, test } from '../harness/test';

const EXPECTED = /net::ERR_|status of (401|429|500|503)|Failed to fetch/;

async function ready(phone: Device): Promise<void> {
  phone.forgive(EXPECTED);
  await phone.armed();
  await expect(phone.get('sync-age')).toContainText(/\d\d:\d\d/, { timeout: 30_000 });
}
async function allSent(phone: Device, timeout = 40_000): Promise<void> {
  await expect(phone.get('sync-pill')).toHaveAttribute('data-waiting', '0', { timeout });
}
/** Leaves the browser's storage so many bytes for this origin; without a number as many as it likes. */
async function quota(session: CDPSession, origin: string, quotaSize?: number): Promise<void> {
  await session.send('Storage.overrideQuotaForOrigin', {
    origin,
    ...(quotaSize === undefined ? {} : { quotaSize }),
  });
}

test('a full storage is seen at once; the signed event is handed over, and saved when there is room', async ({
  api,
  device,
  who,
  line,
}) => {
  const people = await parties(api);
  const { store } = await ends(people);
  const load = await issued(people);
  const phone = await device('driver', { origin: line.origin, at: store.centre });
  await phone.signIn(who('driver'));
  await ready(phone);
  await phone.goto(`/driver/pickup/${load.id}`);
  line.offline();
  const session = await phone.context.newCDPSession(phone.page);
  await quota(session, line.origin, 1_000);
  await phone.get('confirmation-none').check();
  await phone.get('confirm-pickup').click();
  await expect(phone.get('unsaved').first()).toBeVisible();
  await expect(phone.get('sync-pill')).toHaveAttribute('data-unsaved', '1');
  await phone.picture('storage-full', true);
  await phone.get('unsaved-give').first().click();
  await expect(phone.get('give-count')).toHaveAttribute('data-count', '1');
  const saving = phone.page.waitForEvent('download');
  await phone.get('give-file').click();
  const file = await (await saving).path();
  await phone.get('give-qr').click();
  await expect(phone.get('running-codes')).toBeVisible();
  await phone.picture('storage-full-qr', true);

  // Another driver's phone carries it.
  const courier = await device('courier', { at: store.centre });
  await courier.signIn(who('driver', true));
  await courier.goto('/outbox/take');
  await courier.get('take-file').setInputFiles(file);
  await expect(courier.get('take-done')).toBeVisible();
  await courier.get('take-outbox').click();
  await expect(courier.get('event').first()).toHaveAttribute('data-progress', 'recorded', {
    timeout: 20_000,
  });
  expect((await people.generator.manifest(load.id)).state).toBe('in_transit');

  await quota(session, line.origin);
  await phone.goto('/outbox').catch(() => undefined);
  await phone.get('unsaved-retry').click();
  await expect(phone.get('sync-pill')).toHaveAttribute('data-unsaved', '0');
  line.offline(false);
  await phone.get('send-now').click();
  await allSent(phone);
  expect((await people.generator.events(load.id)).length, 'the same event, once').toBe(1);
});

test('the outbox moves to another phone by QR codes; signatures stay the old phone’s', async ({
  api,
  device,
  who,
  line,
  camera,
}) => {
  test.setTimeout(240_000);
  const people = await parties(api);
  const load = await issued(people);
  const old = await device('old', { origin: line.origin });
  await old.signIn(who('driver'));
  await ready(old);
  line.offline();
  const ids = await record(old.page, { manifests: [load.id], count: 6, from: 0 });
  await old.goto('/outbox');
  await old.get('outbox-give').click();
  await old.get('give-qr').click();
  const count = Number(await old.get('running-codes').getAttribute('data-count'));
  const codes = new Set<string>();
  await expect
    .poll(
      async () =>
        codes.add((await old.page.locator('[data-testid=qr]').getAttribute('data-text')) ?? '').size,
      {
        timeout: 60_000,
        intervals: [150],
      },
    )
    .toBe(count);
  await old.picture('give-codes', true);
  await camera.showSeries([...codes]);

  const courier = await device('courier');
  await courier.signIn(who('driver', true));
  await courier.goto('/outbox/take');
  await expect(courier.get('take-done')).toBeVisible({ timeout: 60_000 });
  await courier.picture('take-done');
  await courier.get('take-outbox').click();
  await expect(courier.get('event')).toHaveCount(6);
  await expect(courier.page.locator('[data-testid=event][data-progress=recorded]')).toHaveCount(6, {
    timeout: 20_000,
  });
  expect((await people.generator.events(load.id)).map(({ id }) => id).sort()).toEqual([...ids].sort());

  await old.get('give-done').click();
  line.offline(false);
  await old.get('send-now').click();
  await allSent(old);
  const kept = await keptBy(old.page);
  expect(kept.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'duplicate'));
  expect((await people.generator.events(load.id)).length).toBe(6);
});

test('a server that is killed and comes back, and one that is restored from a backup', async ({ device }) => {
  test.setTimeout(240_000);
  let server = await startCopy('restored');
  const line = await FaultProxy.before(server.origin);
  offerRecorder(line);
  try {
    const login = (role: string) => {
      const found = server.logins.find((one) => one.role === role);
      if (found === undefined) throw new Error(role);
      return found;
    };
    const people = await parties((role) => Api.signIn(server, login(role)));
    const load = await issued(people);
    const phone = await device('driver', { origin: line.origin });
    await phone.signIn(login('driver'));
    await ready(phone);
    const again = async (data: string) => {
      server = await start(data);
      line.retarget(server.origin);
    };
    const first = await record(phone.page, { manifests: [load.id], count: 20, from: 0 });
    await allSent(phone);
    const { data } = server;
    await server.halt();
    const second = await record(phone.page, { manifests: [load.id], count: 20, from: 20 });
    await again(data);
    await phone.goto('/outbox');
    await allSent(phone, 60_000);

    // The backup is of now; what comes after it is lost with the disk.
    await server.halt();
    cpSync(data, `${data}-backup`, { recursive: true });
    await again(data);
    const third = await record(phone.page, { manifests: [load.id], count: 20, from: 40 });
    await phone.goto('/outbox');
    await allSent(phone, 60_000);
    await server.halt();
    rmSync(data, { recursive: true });
    cpSync(`${data}-backup`, data, { recursive: true });
    expect(command(data, 'raise-epoch')).toContain('phones send again');
    await again(data);
    const facility = await Api.signIn(server, login('facility'));
    expect((await facility.events(load.id)).length).toBe(40);
    await phone.get('refresh-pack').click();
    await expect(phone.get('epoch-resent')).toContainText('60', { timeout: 30_000 });
    await phone.picture('restored', true);
    await allSent(phone, 60_000);
    const stored = (await facility.events(load.id)).map(({ id }) => id);
    expect(stored.sort()).toEqual([...first, ...second, ...third].sort());
  } finally {
    await line.close();
    await server.stop();
    rmSync(`${server.data}-backup`, { recursive: true, force: true });
    rmSync(server.data, { recursive: true, force: true });
  }
});
