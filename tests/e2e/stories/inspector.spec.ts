/** The roadside without a network: what a code is worth, and what the phone cannot know yet. */
import { issued, parties } from '../harness/loads';
import type { Device } from '../harness/phone';
import { expect, test } from '../harness/test';

/** A road between the store and the facility. */
const ROADSIDE = { lat: 20.8571, lon: 106.6822 };

async function expectVerdict(phone: Device, verdict: string, tone: string): Promise<void> {
  await expect(phone.get('verdict')).toHaveAttribute('data-verdict', verdict, { timeout: 20_000 });
  await expect(phone.get('verdict')).toHaveAttribute('data-tone', tone);
}

/** Every sub-check on the screen with its outcome: passed, failed, or not to be told offline. */
async function checks(phone: Device): Promise<Record<string, string>> {
  const shown = await phone.page
    .locator('[data-testid^="check-"]')
    .evaluateAll((all) =>
      all.map((each): [string, string] => [
        (each.getAttribute('data-testid') ?? '').replace('check-', ''),
        each.getAttribute('data-ok') ?? 'null',
      ]),
    );
  return Object.fromEntries(shown);
}

/** The same text with one bit of its seventieth byte turned: inside what was signed. */
function oneByteChanged(code: string): string {
  const at = code.indexOf('/Q/') + 3 + 112;
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const changed = letters[letters.indexOf(code.charAt(at)) ^ 1] ?? 'A';
  return code.slice(0, at) + changed + code.slice(at + 1);
}

test('offline: authentic is blue until the plate is confirmed, a changed byte is invalid, a void needs a fresh list', async ({
  api,
  device,
  who,
  camera,
}) => {
  const people = await parties(api);
  const load = await issued(people);
  const png = await people.generator.png(`/manifests/${load.id}/qr.png`);
  const phone = await device('inspector', { at: ROADSIDE });
  await phone.signIn(who('inspector'));
  await expect(phone.get('pack-age')).toContainText(/\d\d:\d\d/, { timeout: 30_000 });
  await phone.armed();
  await phone.picture('ready');

  await test.step('authentic, blue; green once the plate is confirmed', async () => {
    await phone.offline();
    await camera.show({ png });
    await phone.restart('/inspect');
    await expectVerdict(phone, 'authentic', 'compare');
    await expect(phone.get('verdict')).toContainText('15C-123.45');
    await expect(phone.get('verdict-source')).toHaveAttribute('data-source', 'unreachable');
    await expect(phone.get('verdict-age')).toBeVisible();
    await expect(phone.get('copy-not-excluded')).toBeVisible();
    await expect(phone.get('check-signature')).toHaveAttribute('data-ok', 'true');
    expect(await checks(phone)).toEqual({
      ...{ format: 'true', envelope: 'true', key: 'true', signature: 'true', time: 'true', host: 'true' },
      status: 'true',
      registered: 'null',
    });
    await phone.picture('blue', true);
    await phone.get('plate-other').click();
    await phone.get('plate-seen').fill('15C-999.99');
    await phone.get('plate-compare').click();
    await expectVerdict(phone, 'authentic', 'bad');
    await phone.picture('another-plate');
    await phone.get('plate-again').click();
    await phone.get('plate-matches').click();
    await expectVerdict(phone, 'authentic', 'good');
    await phone.show('inspector');
  });

  await test.step('one byte changed', async () => {
    await camera.show({ text: oneByteChanged(load.qr?.code ?? '') });
    await phone.get('scan-next').click();
    await expectVerdict(phone, 'invalid', 'bad');
    await expect(phone.get('check-signature')).toHaveAttribute('data-ok', 'false');
    await phone.picture('invalid', true);
  });

  await test.step('something else altogether', async () => {
    await camera.show({ text: 'https://example.com/menu' });
    await phone.get('scan-next').click();
    await expectVerdict(phone, 'invalid', 'bad');
    await expect(phone.get('verdict')).toContainText('không phải mã của hệ thống');
    await phone.picture('not-ours', true);
  });

  await test.step('voided: authentic as of then, void as soon as the phone has met the server', async () => {
    await people.generator.post(`/manifests/${load.id}/void`, { reason: 'Khai nhầm kho' });
    await camera.show({ png });
    await phone.get('scan-next').click();
    await expectVerdict(phone, 'authentic', 'compare');
    await phone.offline(false);
    await camera.showNothing();
    await phone.goto('/inspect');
    await phone.get('refresh-pack').click();
    await expect(phone.get('refresh-pack')).toBeEnabled();
    await phone.offline();
    await camera.show({ png });
    await phone.restart('/inspect');
    await expectVerdict(phone, 'void', 'bad');
    await expect(phone.get('verdict-source')).toHaveAttribute('data-source', 'unreachable');
    await phone.picture('void', true);
  });

  await test.step('the inspection is recorded on the phone and sent later', async () => {
    await phone.get('record-inspection').click();
    // Nothing is taken for granted: every item waits for an answer.
    await expect(phone.page.locator('input[type="radio"]:checked')).toHaveCount(0);
    await expect(phone.get('kit-open')).toContainText('8');
    await phone.picture('record', true);
    await phone.choose('kit-phone-ok');
    await phone.choose('kit-warning_signs-failed');
    await phone.get('kit-warning_signs-note').fill('Thiếu biển bên trái');
    await phone.choose('kit-gps_on-unseen');
    await expect(phone.get('kit-open')).toContainText('5');
    await phone.get('comment').fill('Đã nhắc lái xe');
    // The system closes the page behind another application: the answers are still there.
    await phone.restart('/inspect/record');
    await expect(phone.get('kit-warning_signs-note')).toHaveValue('Thiếu biển bên trái');
    await expect(phone.get('kit-phone-ok')).toBeChecked();
    await phone.picture('record-restored', true);
    await phone.get('confirm-inspection').click();
    await expect(phone.get('saved')).toHaveAttribute('data-progress', 'waiting');
    await phone.offline(false);
    await expect(phone.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
    const events = await people.generator.events(load.id);
    expect(events.map((event) => event.kind)).toEqual(['inspection']);
    const answers = Object.fromEntries(
      (events[0]?.details['checklist'] as { item: string; ok: boolean | null; note: string | null }[]).map(
        ({ item, ok, note }) => [item, [ok, note]],
      ),
    );
    expect(answers).toEqual({
      fire_fighting: [null, null],
      absorbent: [null, null],
      first_aid: [null, null],
      phone: [true, null],
      warning_signs: [false, 'Thiếu biển bên trái'],
      closed_body: [null, null],
      name_and_phone: [null, null],
      gps_on: [null, null],
    });
  });
});

test('online: the server’s verdict, the short code and the plate search', async ({
  api,
  device,
  who,
  camera,
}) => {
  const people = await parties(api);
  const load = await issued(people);
  const phone = await device('inspector', { at: ROADSIDE });
  await camera.showNothing();
  await phone.signIn(who('inspector'));
  await phone.get('type-code').click();
  await phone.get('short-code').fill(load.qr?.short_code ?? '');
  await phone.get('short-code-submit').click();
  await expect(phone.get('verdict-source')).toHaveAttribute('data-source', 'answered', { timeout: 20_000 });
  await expect(phone.page.locator('main')).toContainText(load.number ?? '?');
  await phone.picture('online', true);
  await phone.goto('/inspect/plate');
  await phone.get('plate-search').fill('15c 12345');
  await phone.get('plate-search-submit').click();
  await expect(phone.get('plate-result').filter({ hasText: load.number ?? '?' })).toBeVisible();
  await phone.picture('by-plate', true);
});
