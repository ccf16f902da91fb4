/** Practice: the whole way from scan to "saved" with a made-up load that nobody else ever hears of. */
import { expect, test } from '../harness/test';

test('a driver practises without a network, and nothing is signed, kept or sent', async ({
  device,
  who,
  camera,
}) => {
  const driver = await device('driver', { at: { lat: 20.9152, lon: 106.6342 } });
  await driver.signIn(who('driver'));
  await driver.armed();
  const sent: string[] = [];
  driver.context.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(new URL(request.url()).pathname);
  });
  await driver.offline();
  await camera.show({ text: 'https://example.com/menu' });
  await driver.get('practice').click();
  await expect(driver.get('practice-mark')).toContainText('LUYỆN TẬP');
  await expect(driver.get('practice-load')).toBeVisible({ timeout: 20_000 });
  await expect(driver.get('practice-mark')).toBeInViewport();
  await driver.picture('form', true);
  await driver.get('practice-confirm').click();
  await expect(driver.get('pickup-code')).toHaveAttribute('aria-invalid', 'true');
  await driver.get('pickup-code').fill('135790');
  await driver.get('loaded-1').fill('470,5');
  await driver.get('practice-confirm').click();
  await expect(driver.get('practice-done')).toBeVisible();
  await expect(driver.get('practice-mark')).toBeInViewport();
  await driver.picture('done');

  await driver.get('practice-again').click();
  await camera.showNothing();
  await driver.goto('/driver/practice');
  await driver.get('practice-skip').click();
  await expect(driver.get('pickup-code')).toHaveValue('');

  expect(await driver.page.evaluate(rowsOf, ['events', 'outbox', 'refused'])).toEqual([0, 0, 0]);
  await driver.offline(false);
  await driver.goto('/outbox');
  await expect(driver.get('outbox-empty')).toBeVisible();
  await driver.quiet();
  expect(sent.filter((path) => path.includes('events'))).toEqual([]);
});

/** Runs in the page: how many rows the phone's own database has in each of these stores. */
async function rowsOf(stores: string[]): Promise<number[]> {
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open('emanifest');
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const counts = await Promise.all(
    stores.map(
      (store) =>
        new Promise<number>((resolve, reject) => {
          const counting = db.transaction(store).objectStore(store).count();
          counting.onsuccess = () => resolve(counting.result);
          counting.onerror = () => reject(counting.error);
        }),
    ),
  );
  db.close();
  return counts;
}
