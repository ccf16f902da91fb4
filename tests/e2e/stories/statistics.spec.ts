/** Statistics on a desk and on a phone: filters in the address, charts with their tables, every figure to its list. */
import { seriousFaults, settled } from '../harness/audit';
import type { Device } from '../harness/phone';
import { expect, test } from '../harness/test';

/** Loads that the list of the present address holds, page by page. */
async function listed(screen: Device, get: (path: string) => Promise<unknown>): Promise<number> {
  const query = new URL(screen.page.url()).searchParams;
  let count = 0;
  for (let cursor: string | null = ''; cursor !== null;) {
    const more = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = (await get(`/manifests?${query}&limit=200${more}`)) as {
      items: unknown[];
      next_cursor: string | null;
    };
    count += page.items.length;
    cursor = page.next_cursor ?? null;
  }
  return count;
}

const digits = (text: string) => Number(text.replace(/\D/g, ''));

test('the authority filters, ranks, crosses, sees flows, and opens what is behind a figure', async ({
  api,
  device,
  who,
}) => {
  test.setTimeout(240_000);
  const authority = await api('authority');
  const get = (path: string) => authority.get(path);
  const desk = await device('authority', { kind: 'desk' });
  await desk.signIn(who('authority'));
  await desk.goto('/statistics');
  await settled(desk);
  // Charts are drawn as vectors: no picture of points anywhere in them.
  await expect(desk.page.locator('[data-testid="trend-chart"] svg rect').first()).toBeVisible();
  await expect(desk.page.locator('[data-testid="breakdown-chart"] svg rect').first()).toBeVisible();
  await expect(desk.page.locator('[data-testid$="-chart"] :is(canvas, image, img)')).toHaveCount(0);
  await expect(desk.get('island-hoang_sa')).toContainText('Hoàng Sa');
  await expect(desk.get('island-truong_sa')).toContainText('Trường Sa');
  expect(await seriousFaults(desk)).toEqual([]);
  await desk.picture('whole', true);

  for (const figure of ['manifests', 'late', 'discrepant'] as const) {
    await test.step(figure, async () => {
      await desk.goto('/statistics');
      await settled(desk);
      const told = digits(await desk.get(`figure-${figure}`).locator('.value').innerText());
      await desk.get(`figure-${figure}`).click();
      await expect(desk.page).toHaveURL(/issued=true/);
      await settled(desk);
      expect(await listed(desk, get)).toBe(told);
    });
  }
  await desk.picture('list', true);

  await desk.goto('/statistics');
  await settled(desk);
  await desk.get('by').selectOption('facility');
  await expect(desk.page).toHaveURL(/by=facility/);
  await settled(desk);
  const first = desk.get('breakdown-table').locator('tbody tr').first();
  const told = digits(await first.locator('td').first().innerText());
  await first.locator('td a').first().click();
  await settled(desk);
  expect(await listed(desk, get)).toBe(told);

  await desk.goto('/statistics?waste_group=17&rows=province&columns=state&period=all');
  await settled(desk);
  await expect(desk.get('waste-group')).toHaveValue('17');
  await expect(desk.get('cross-rows')).toHaveValue('province');
  const cell = desk.get('cross-table').locator('tbody tr').first().locator('td a').nth(1);
  await cell.click();
  await expect(desk.page).toHaveURL(/waste_group=17/);
  await settled(desk);
  await expect(desk.get('manifest-row').first()).toBeVisible();

  await desk.goto('/statistics');
  await settled(desk);
  await desk.get('flows-area').click();
  await desk.get('flows').scrollIntoViewIfNeeded();
  await desk.picture('flows');
});

test('a generator sees its own figures on a phone, and they fit', async ({ api, device, who }) => {
  const generator = await api('generator');
  const phone = await device('generator', { kind: 'phone' });
  await phone.signIn(who('generator'));
  await phone.goto('/statistics');
  await settled(phone);
  await expect(phone.page.locator('[data-testid="trend-chart"] svg rect').first()).toBeVisible();
  expect(await seriousFaults(phone)).toEqual([]);
  const beyond = await phone.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(beyond).toBe(0);
  await phone.picture('phone', true);
  const told = digits(await phone.get('figure-manifests').locator('.value').innerText());
  expect(told).toBeGreaterThan(0);
  await phone.get('figure-manifests').click();
  await settled(phone);
  expect(await listed(phone, (path) => generator.get(path))).toBe(told);
});
