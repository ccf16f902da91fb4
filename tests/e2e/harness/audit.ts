/** What every page is held to: read to the end, and nothing serious in the eyes of axe. */
import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Device } from './phone';

/** Waits until a page has read what it shows. */
export async function settled(device: Device): Promise<void> {
  await expect(device.page.locator('main h1:visible')).toHaveCount(1);
  await expect(device.page.locator('main [aria-busy="true"]')).toHaveCount(0);
  await device.quiet();
}

/** Serious and critical faults, each with where and why. */
export async function seriousFaults(device: Device): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: device.page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${String(node.target)} ${node.failureSummary ?? ''}`).join(' | ')}`,
    );
}
