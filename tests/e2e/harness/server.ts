/** The real server on a free loopback port, over a copy of the seeded demo. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ARTIFACTS, SERVER, TEMPLATE } from './places';

/** One row of `demo-logins.json`. */
export interface Login {
  role: string;
  organisation: string;
  login: string;
  secret: string;
}

export interface Server {
  /** `http://127.0.0.1:PORT`, also what the QR codes of this server name. */
  origin: string;
  logins: Login[];
  /** Its folder. */
  data: string;
  /** Ends it as a power cut would; its folder stays. */
  halt(): Promise<void>;
  stop(): Promise<void>;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Waits until the server answers; a server that ended instead is an error with its last words. */
async function ready(origin: string, child: ChildProcess, log: string, seconds: number): Promise<void> {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    if (child.exitCode !== null)
      throw new Error(`the server ended by itself:\n${readFileSync(log, 'utf8').slice(0, 2000)}`);
    const answer = await fetch(`${origin}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await pause(50);
  }
  throw new Error(`no answer from ${origin} in ${seconds} s:\n${readFileSync(log, 'utf8').slice(0, 2000)}`);
}

/** Starts `emanifest demo` on a folder and waits, at most the given seconds, until it answers. */
export async function start(data: string, seconds = 30): Promise<Server> {
  const port = await freePort();
  const log = `${data}.log`;
  const output = openSync(log, 'w');
  const address = `127.0.0.1:${port}`;
  const env = {
    ...process.env,
    RUST_BACKTRACE: '0',
    EMANIFEST_LISTEN: address,
    EMANIFEST_PUBLIC_HOST: address,
  };
  const child = spawn(SERVER, ['demo', '--data', data], {
    env,
    stdio: ['ignore', output, output],
    cwd: ARTIFACTS,
  });
  closeSync(output);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const origin = `http://${address}`;
  try {
    await ready(origin, child, log, seconds);
  } catch (error) {
    kill();
    throw error;
  }
  const halt = async () => {
    process.off('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // Open connections of browsers would hold a polite stop for long.
    child.kill('SIGKILL');
    await ended;
  };
  return {
    origin,
    logins: JSON.parse(readFileSync(join(data, 'demo-logins.json'), 'utf8')) as Login[],
    data,
    halt,
    stop: halt,
  };
}

/** A server of one's own: its folder is a copy of the template and goes away with it. */
export async function startCopy(name: string): Promise<Server> {
  const data = join(ARTIFACTS, 'servers', name);
  rmSync(data, { recursive: true, force: true });
  mkdirSync(join(ARTIFACTS, 'servers'), { recursive: true });
  if (!existsSync(TEMPLATE)) throw new Error('there is no template: run the tests with their configuration');
  cpSync(TEMPLATE, data, { recursive: true });
  const server = await start(data);
  return {
    ...server,
    async stop() {
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Runs a command of the server's binary on a folder of the demo; its words. */
export function command(data: string, ...words: string[]): string {
  const env = { ...process.env, EMANIFEST_DATABASE_URL: `sqlite:${join(data, 'demo.sqlite')}` };
  return execFileSync(SERVER, words, { env, cwd: ARTIFACTS, encoding: 'utf8' });
}
