/** What follows from the scans away from the road: copy 3, the public page, the authority's figures and map. */
import { ends, issued, parties } from '../harness/loads';
import { expect, test } from '../harness/test';

test('the generator takes its copy 3 from the driver’s screen and reads it without a network', async ({
  api,
  device,
  who,
  camera,
}) => {
  const people = await parties(api);
  const { store } = await ends(people);
  const load = await issued(people);
  const driver = await device('driver', { at: store.centre });
  await driver.signIn(who('driver'));
  await driver.load(load.id).click();
  await driver.get('show-code').click();
  await expect(driver.get('code-short')).toHaveText(load.qr?.short_code ?? '?');
  await camera.show({
    png: await driver.page.locator('main img, main svg[role="img"]').first().screenshot(),
  });
  await driver.picture('shows-code');

  const generator = await device('generator');
  await generator.signIn(who('generator'));
  await generator.goto('/q');
  await expect(generator.page).toHaveURL(/\/q\/\w+/, { timeout: 20_000 });
  await expect(generator.get('seen-load')).toContainText(load.number ?? '?');
  await generator.picture('scanned', true);
  await generator.get('open-manifest').click();
  await expect(generator.get('short-code')).toHaveText(load.qr?.short_code ?? '?');
  await generator.get('keep-copy').click();
  await expect(generator.get('copy-kept')).toBeVisible();
  await generator.armed();
  await generator.offline();
  await generator.restart('/desk/copies');
  await generator
    .get('manifest-row')
    .filter({ hasText: load.number ?? '?' })
    .click();
  await expect(generator.get('lines')).toContainText('17 02 03');
  await generator.picture('copy-offline', true);
});

test('anybody’s camera leads to a page that says whether the code is genuine, and little else', async ({
  api,
  device,
}) => {
  const people = await parties(api);
  const load = await issued(people);
  const text = load.qr?.code ?? '';
  const visitor = await device('visitor');
  await visitor.goto(new URL(text).pathname);
  await expect(visitor.get('seen-load')).toContainText(load.number ?? '?');
  await expect(visitor.get('seen-load')).toContainText('15C-123.45');
  await expect(visitor.page.locator('main')).not.toContainText('Lái xe 1');
  await visitor.picture('genuine', true);
  await visitor.goto(new URL(`${text.slice(0, -20)}${'A'.repeat(20)}`).pathname);
  await expect(visitor.get('check-signature')).toHaveAttribute('data-ok', 'false');
  await expect(visitor.get('seen-load')).toHaveCount(0);
  await visitor.picture('forged', true);
  await visitor.goto('/Q/NOT-A-SEAL');
  await expect(visitor.get('check-format')).toHaveAttribute('data-ok', 'false');
  await visitor.picture('not-ours', true);
});

test('every figure of the authority opens the list that it counts', async ({ api, device, who }) => {
  const authority = await api('authority');
  const desk = await device('authority', { kind: 'desk' });
  await desk.signIn(who('authority'));
  await expect(desk.page.locator('tbody tr').first()).toBeVisible();
  await desk.show('authority');
  for (const group of ['province', 'waste_code', 'facility', 'state', 'month']) {
    await test.step(group, async () => {
      await desk.goto('/authority');
      await desk.page.locator(`[data-testid="group-${group}"]`).click();
      await expect(desk.page).toHaveURL(new RegExp(`group=${group}`));
      await expect(desk.page.locator('main [aria-busy="true"]')).toHaveCount(0);
      const row = desk.page.locator('tbody tr').first();
      await expect(row).toBeVisible();
      await desk.picture(`by-${group}`, true);
      const figures = row.locator('td');
      expect(await figures.count()).toBe(4);
      // Loads, declared and received mass: each is a way to the list; findings are where there are any.
      for (const at of [0, 1, 2]) await expect(figures.nth(at).locator('a')).toHaveCount(1);
      const link = row.locator('td a').first();
      const counted = Number((await link.innerText()).replace(/\D/g, ''));
      await link.click();
      await expect(desk.get('manifest-row').first()).toBeVisible();
      let listed = 0;
      const query = new URL(desk.page.url()).searchParams;
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: { items: unknown[]; next_cursor: string | null } = await authority.get(
          `/manifests?${query}&limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        listed += page.items.length;
        cursor = page.next_cursor ?? null;
      }
      expect(listed).toBe(counted);
    });
  }
  await desk.goto('/authority');
  await desk.get('figure-findings').click();
  await expect(desk.get('manifest-row').first()).toBeVisible();
  await desk.picture('with-findings');
});

test('the map shows every site, Hoàng Sa and Trường Sa', async ({ device, who }) => {
  const desk = await device('authority', { kind: 'desk' });
  await desk.signIn(who('authority'));
  await desk.goto('/authority/map');
  await expect(desk.get('map')).toContainText('Hoàng Sa');
  await expect(desk.get('map')).toContainText('Trường Sa');
  expect(await desk.get('site-mark').count()).toBeGreaterThanOrEqual(14);
  const frame = await desk.get('map').boundingBox();
  for (const name of ['Hoàng Sa', 'Trường Sa']) {
    const label = await desk.get('map').getByText(name).first().boundingBox();
    expect(label?.x).toBeGreaterThan(frame?.x ?? Infinity);
    expect((label?.y ?? Infinity) + (label?.height ?? 0)).toBeLessThan(
      (frame?.y ?? 0) + (frame?.height ?? 0),
    );
  }
  await desk.picture('map');
  const scanned = desk
    .get('site-row')
    .filter({ hasText: /\d\d:\d\d/ })
    .first();
  await scanned.click();
  await expect(desk.get('site-card')).toContainText(/\d\d:\d\d/);
  await desk.picture('map-site');
  await desk.get('map-area').click();
  await desk.picture('map-area', true);
});

test('the generator confirms on its own phone, led there by the driver’s screen', async ({
  api,
  device,
  who,
  camera,
}) => {
  const people = await parties(api);
  const { store } = await ends(people);
  const load = await issued(people);
  const driver = await device('driver', { at: store.centre });
  await camera.showNothing();
  await driver.signIn(who('driver'));
  await driver.load(load.id).click();
  await driver.get('trip-act').click();
  await driver.get('confirmation-signed').check();
  // In the middle of the screen, clear of what sticks to its edges.
  const code = driver.page.locator('main').getByTestId('qr');
  await code.evaluate((svg) => svg.scrollIntoView({ block: 'center' }));
  await camera.show({ png: await code.screenshot() });
  await driver.picture('asks-for-confirmation', true);

  const generator = await device('generator', { at: store.centre });
  await generator.signIn(who('generator'));
  await generator.goto('/q');
  await generator.get('open-manifest').click({ timeout: 20_000 });
  await generator.get('act-confirm_pickup').click();
  await generator.get('confirm-name').fill('Thủ kho ca sáng');
  await generator.picture('confirms');
  await generator.get('confirm-send').click();
  await expect(generator.get('confirm-dialog')).toBeHidden();
  await camera.showNothing();

  await driver.get('confirm-pickup').click();
  await expect(driver.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
  expect(await people.generator.openFindings(load.id)).toEqual([]);
  expect((await people.generator.manifest(load.id)).state).toBe('in_transit');
});

test('the facility drafts, a half-typed declaration survives a reload, and the generator approves', async ({
  api,
  device,
  who,
}) => {
  const people = await parties(api);
  const desk = await device('facility', { kind: 'desk' });
  await desk.signIn(who('facility'));
  await desk.goto('/desk/manifests/new');
  await desk.get('generator-site').fill('Nam Cầu Kiền');
  await desk.page.getByRole('option').filter({ visible: true }).first().click();
  await desk.get('carrier').fill('Đất Cảng');
  await desk.page.getByRole('option').filter({ visible: true }).first().click();
  await desk.get('step-next').click();
  await desk.get('waste-code-0').fill('180201');
  await desk.page.getByRole('option').filter({ visible: true }).first().click();
  await desk.choose('physical-0-solid');
  await desk.get('mass-0').fill('1250,75');
  await desk.restart('/desk/manifests/new');
  await expect(desk.get('form-restored')).toBeVisible();
  await expect(desk.get('mass-0')).toHaveValue('1250,75');
  await desk.get('packages-0').fill('5');
  await desk.get('method-0').selectOption('TĐ');
  await desk.get('step-next').click();
  await desk.get('plate-0').fill('15C-123.45');
  await desk.get('step-next').click();
  await desk.picture('review', true);
  await desk.get('save-propose').click();
  await desk.page.waitForURL(/\/desk\/manifests\/[0-9a-f-]{36}$/);
  const id = desk.page.url().split('/').at(-1) ?? '';

  const generator = await device('generator');
  await generator.signIn(who('generator'));
  await generator.goto(`/desk/manifests/${id}`);
  await generator.get('act-approve').click();
  await expect(generator.get('state').first()).toHaveAttribute('data-state', 'issued');
  const issuedNow = await people.generator.manifest(id);
  expect(issuedNow.lines[0]?.declared_mass_g).toBe(1_250_750);

  await test.step('its label can be printed, and a new declaration begins empty', async () => {
    await desk.goto(`/desk/manifests/${id}`);
    await desk.get('label').click();
    await expect(desk.get('sheet')).toBeVisible();
    await expect
      .poll(() => desk.get('sheet').evaluate((img: HTMLImageElement) => img.naturalWidth))
      .toBeGreaterThan(0);
    await desk.picture('label', true);
    await desk.goto('/desk/manifests/new');
    await expect(desk.get('carrier')).toHaveValue('');
    await expect(desk.get('form-restored')).toHaveCount(0);
  });
});

test('loads handed over are kept as copies with one press', async ({ device, who }) => {
  const phone = await device('generator');
  await phone.signIn(who('generator'));
  await phone.goto('/desk/copies');
  await expect(phone.get('keep-all')).toBeVisible();
  await phone.picture('not-kept', true);
  await phone.get('keep-all').click();
  await expect(phone.get('all-kept')).toBeVisible({ timeout: 20_000 });
  const kept = () => phone.get('kept-copies').getByTestId('manifest-row');
  const count = await kept().count();
  expect(count).toBeGreaterThan(2);
  await phone.armed();
  await phone.offline();
  await phone.restart('/desk/copies');
  await expect(kept()).toHaveCount(count);
  await phone.picture('kept-offline', true);
});
