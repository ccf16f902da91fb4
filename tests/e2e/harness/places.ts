/** Folders and programs the browser tests use. */
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../../..');
/** What the tests make for themselves; ignored by git. */
export const ARTIFACTS = resolve(__dirname, '../.artifacts');
/** A demo seeded once; every test's server works on a copy of its own. */
export const TEMPLATE = join(ARTIFACTS, 'template');
/** One picture a step, to be looked at. */
export const PICTURES = join(ARTIFACTS, 'pictures');
/** The four pictures that README.md shows; committed. */
export const SHOWN = join(ROOT, 'pwa/screenshots');
export const SERVER =
  process.env['EMANIFEST_BIN'] ??
  join(process.env['CARGO_TARGET_DIR'] ?? join(ROOT, 'target'), 'debug/emanifest');
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
