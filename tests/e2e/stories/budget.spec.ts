/** What a first page costs on a slow line: the code that a phone has to fetch and compile before anybody can press. */
import { gzipSync } from 'node:zlib';
import { expect, test } from '../harness/test';

/** Scripts of a first page before the scanner, gzipped, kilobytes: a second on 1 Mbit/s. */
const MOST_KB = 120;
const ROLES = ['generator', 'carrier', 'driver', 'facility', 'inspector', 'authority', 'admin'] as const;

for (const role of ROLES) {
  test(`${role}: the first page needs at most ${MOST_KB} KB of scripts before the scanner`, async ({
    device,
    who,
    server,
  }) => {
    const phone = await device(role);
    await phone.signIn(who(role));
    await phone.goto('/');
    await expect(phone.page.locator('h1')).toBeVisible();
    await phone.page.waitForLoadState('networkidle');
    const names = await phone.page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name))
        .filter(({ pathname }) => pathname.endsWith('.js') || pathname.endsWith('.wasm'))
        .map(({ pathname }) => pathname),
    );
    expect(names.length).toBeGreaterThan(3);
    if (role !== 'inspector')
      expect(names.filter((name) => /zxing|maplibre|plot|\.wasm$/i.test(name))).toEqual([]);
    // An inspector begins with the camera: what reads codes is the scanner. What reads seals is fetched after the page
    // stands, for the pack.
    const before = new Set(names.filter((name) => !/\/(seal|field)-|worker/.test(name)));
    let bytes = 0;
    for (const name of before) {
      const answer = await fetch(server.origin + name);
      expect(answer.status, name).toBe(200);
      bytes += gzipSync(Buffer.from(await answer.arrayBuffer()), { level: 9 }).length;
    }
    console.log(`== budget: ${role} ${(bytes / 1000).toFixed(1)} KB in ${before.size} scripts`);
    expect(bytes / 1000).toBeLessThanOrEqual(MOST_KB);
  });
}
