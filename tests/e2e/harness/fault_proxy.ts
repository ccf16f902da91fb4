/** A proxy between browser and real server on which everything goes wrong that can go wrong on the way, when told to. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What happens to one request. */
export type Fault =
  /** Somebody between answers in the server's place. */
  | { kind: 'answer'; status: number; body?: string; type?: string; retryAfter?: number }
  /** The line breaks before the server has seen anything. */
  | { kind: 'cut_before' }
  /** The server has done its work, and the line breaks before a byte of the answer comes through. */
  | { kind: 'cut_after' }
  /** Half of the answer comes through. */
  | { kind: 'half' }
  /** The answer trickles for so many milliseconds. */
  | { kind: 'slow'; ms: number };

/** A request that came by. */
export interface Seen {
  method: string;
  path: string;
  /** The signed events in it. */
  events: string[];
  /** The time it says it was sent, and when it came. */
  sentAt: string | null;
  at: number;
  fault: Fault['kind'] | 'down' | null;
  /** Status of the server's answer, if it was asked. */
  status: number | null;
  /** Bytes of the server's answer as it was sent. */
  bytes: number;
}

export class FaultProxy {
  /** Every request to the API so far. */
  readonly seen: Seen[] = [];
  private down = false;
  private plan: (method: string, path: string) => Fault | null = () => null;
  private readonly files = new Map<string, string | ((original: string) => string)>();

  private constructor(
    readonly origin: string,
    private target: string,
    private readonly end: () => Promise<void>,
  ) {}

  /** Starts one before a server; a page of the browser uses `origin` in the server's place. */
  static async before(target: string): Promise<FaultProxy> {
    const holder: { proxy?: FaultProxy } = {};
    const server = createServer((asked, answer) => void holder.proxy?.pass(asked, answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    holder.proxy = new FaultProxy(origin, target, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return holder.proxy;
  }

  /** The server came back somewhere else. */
  retarget(target: string): void {
    this.target = target;
  }
  /** Nothing gets through any more, or again. */
  offline(down = true): void {
    this.down = down;
  }
  /** Decides for each request to the API what happens to it. */
  faults(plan: (method: string, path: string) => Fault | null): void {
    this.plan = plan;
  }
  /** The next requests that carry events meet these faults, one each; those after them pass. */
  next(...faults: Fault[]): void {
    const left = [...faults];
    this.faults((_, path) => (path.startsWith('/api/v1/field/events') ? (left.shift() ?? null) : null));
  }
  /** Serves a file of the test's own, whether the line is up or down. */
  serve(path: string, file: string): void {
    this.files.set(path, file);
  }
  /** Changes a file of the server's on its way, as a newer build would. */
  change(path: string, how: (original: string) => string): void {
    this.files.set(path, how);
  }
  /** How often each event was posted. */
  posted(): Map<string, number> {
    const times = new Map<string, number>();
    for (const { events } of this.seen)
      for (const event of events) times.set(event, (times.get(event) ?? 0) + 1);
    return times;
  }
  async close(): Promise<void> {
    await this.end();
  }

  private async pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const [method, path] = [asked.method ?? 'GET', asked.url ?? '/'];
    const own = this.files.get(path.split('?')[0] ?? path);
    if (typeof own === 'string') {
      answer.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' });
      answer.end(readFileSync(own));
      return;
    }
    const body = await whole(asked).catch(() => null);
    if (body === null) return;
    const api = path.startsWith('/api/');
    const fault = api && !this.down ? this.plan(method, path) : null;
    const seen: Seen = {
      method,
      path,
      ...carried(path, body),
      at: Date.now(),
      fault: this.down ? 'down' : (fault?.kind ?? null),
      status: null,
      bytes: 0,
    };
    if (api) this.seen.push(seen);
    if (this.down || fault?.kind === 'cut_before') {
      answer.socket?.destroy();
      return;
    }
    if (fault?.kind === 'answer') {
      const after = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      answer.writeHead(fault.status, { 'content-type': fault.type ?? 'text/plain', ...after });
      answer.end(fault.body ?? '');
      return;
    }
    await this.forward(asked, body, answer, fault, seen, typeof own === 'function' ? own : null);
  }

  private async forward(
    asked: IncomingMessage,
    body: Buffer,
    answer: ServerResponse,
    fault: Fault | null,
    seen: Seen,
    change: ((original: string) => string) | null,
  ): Promise<void> {
    const headers = { ...asked.headers, ...(change === null ? {} : { 'accept-encoding': 'identity' }) };
    const upstream = request(`${this.target}${seen.path}`, { method: seen.method, headers });
    upstream.end(body);
    const got = await once(upstream, 'response').then(
      ([response]) => response as IncomingMessage,
      () => null,
    );
    let bytes = got === null ? null : await whole(got).catch(() => null);
    if (got === null || bytes === null || fault?.kind === 'cut_after') {
      seen.status = got?.statusCode ?? null;
      answer.socket?.destroy();
      return;
    }
    if (change !== null) bytes = Buffer.from(change(bytes.toString('utf8')));
    seen.status = got.statusCode ?? null;
    seen.bytes = bytes.length;
    const {
      'transfer-encoding': _chunked,
      'content-length': _length,
      connection: _kept,
      ...rest
    } = got.headers;
    const empty = got.statusCode === 204 || got.statusCode === 304;
    answer.writeHead(got.statusCode ?? 502, {
      ...rest,
      ...(empty ? {} : { 'content-length': String(bytes.length) }),
    });
    if (fault?.kind === 'half') {
      answer.write(bytes.subarray(0, bytes.length / 2), () => answer.socket?.destroy());
      return;
    }
    const parts = fault?.kind === 'slow' ? 10 : 1;
    for (let part = 0; part < parts; part += 1) {
      if (fault?.kind === 'slow') await pause(fault.ms / parts);
      answer.write(bytes.subarray((bytes.length * part) / parts, (bytes.length * (part + 1)) / parts));
    }
    answer.end();
  }
}

async function whole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function carried(path: string, body: Buffer): Pick<Seen, 'events' | 'sentAt'> {
  if (!path.startsWith('/api/v1/field/events')) return { events: [], sentAt: null };
  const { events, sent_at } = JSON.parse(body.toString('utf8')) as {
    events: string[];
    sent_at: string | null;
  };
  return { events, sentAt: sent_at };
}
