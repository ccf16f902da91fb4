/** Browser tests: real server, real Chromium, a camera that sees what a test shows it. */
import { defineConfig } from '@playwright/test';
import { ARTIFACTS } from './harness/places';

export default defineConfig({
  testDir: './stories',
  outputDir: './test-results',
  globalSetup: './harness/template.ts',
  fullyParallel: false,
  workers: 2,
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
    trace: process.env['E2E_TRACE'] ? 'retain-on-failure' : 'off',
  },
  metadata: { artifacts: ARTIFACTS },
});
