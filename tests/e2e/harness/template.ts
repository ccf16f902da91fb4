/** Runs once before all tests: seeds the demo whose copies the tests' servers serve. */
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ARTIFACTS, PICTURES, ROOT, SERVER, TEMPLATE } from './places';
import { start } from './server';

/** A template older than this many milliseconds is seeded anew: the demo's year ends today. */
const STALE_MS = 3 * 3_600_000;

export default async function setup(): Promise<void> {
  if (!existsSync(SERVER))
    throw new Error(`there is no server at ${SERVER}: run \`cargo build -p server\` first`);
  if (!existsSync(join(ROOT, 'pwa/dist/index.html')))
    throw new Error('the PWA is not built: run scripts/pwa first');
  mkdirSync(ARTIFACTS, { recursive: true });
  rmSync(join(ARTIFACTS, 'servers'), { recursive: true, force: true });
  rmSync(PICTURES, { recursive: true, force: true });
  mkdirSync(PICTURES, { recursive: true });
  const made = existsSync(join(TEMPLATE, 'demo-logins.json'))
    ? statSync(join(TEMPLATE, 'demo-logins.json')).mtimeMs
    : 0;
  if (made > statSync(SERVER).mtimeMs && made > Date.now() - STALE_MS) return;
  rmSync(TEMPLATE, { recursive: true, force: true });
  const began = Date.now();
  const server = await start(TEMPLATE, 180);
  // Stopped before the first copy, so that no half-written page is copied.
  await server.stop();
  console.log(`== e2e: demo seeded in ${Math.round((Date.now() - began) / 1000)} s`);
}
