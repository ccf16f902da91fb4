/**
 * A push service on loopback, as RFC 8030 describes it: it checks who signed (VAPID), decrypts as the browser would
 * (aes128gcm) and answers what it is told to. Chromium cannot reach a real one here, so a page's `subscribe` is replaced
 * by one that gives this service's address; everything after that is real.
 */
import { createECDH, createHmac, createPublicKey, createDecipheriv, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';

export interface Message {
  browser: string;
  headers: IncomingHttpHeaders;
  /** Claims of the signed token. */
  claims: { aud: string; exp: number; sub: string };
  /** The key it was signed with, base64url. */
  key: string;
  /** What the browser reads. */
  text: string;
}

export interface PushService {
  origin: string;
  /** Messages so far. */
  messages: Message[];
  /** The next answers; 201 when there is none. */
  answers: number[];
  /** Makes `PushManager.subscribe` of a page, and of those that follow it, give a subscription of this service. */
  serve(page: Page, browser: string): Promise<void>;
  stop(): Promise<void>;
}

const base64url = (bytes: Buffer) => bytes.toString('base64url');

export async function startPushService(): Promise<PushService> {
  const browsers = new Map<string, { ecdh: ReturnType<typeof createECDH>; auth: Buffer }>();
  const messages: Message[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const browser = request.url?.split('/').pop() ?? '';
      const held = browsers.get(browser);
      const status = held === undefined ? 404 : (answers.shift() ?? 201);
      if (held !== undefined && status < 300) {
        const { claims, key } = signedBy(request.headers.authorization ?? '');
        const text = decrypted(Buffer.concat(parts), held.ecdh, held.auth);
        messages.push({ browser, headers: request.headers, claims, key, text });
      }
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    messages,
    answers,
    async serve(page, browser) {
      const ecdh = createECDH('prime256v1');
      ecdh.generateKeys();
      const auth = randomBytes(16);
      browsers.set(browser, { ecdh, auth });
      await page.context().addInitScript(replaceSubscribe, {
        endpoint: `${origin}/p/${browser}`,
        p256dh: base64url(ecdh.getPublicKey()),
        auth: base64url(auth),
      });
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Runs in the page before anything else: a subscription that outlives reloads, as the browser's own does. */
function replaceSubscribe(keys: { endpoint: string; p256dh: string; auth: string }): void {
  const KEPT = 'e2e.push';
  const made = (key: string) => ({
    endpoint: keys.endpoint,
    expirationTime: null,
    options: {
      userVisibleOnly: true,
      applicationServerKey: Uint8Array.from(atob(key), (one) => one.charCodeAt(0)).buffer,
    },
    toJSON: () => ({
      endpoint: keys.endpoint,
      keys: { p256dh: keys.p256dh, auth: keys.auth },
    }),
    unsubscribe: async () => {
      localStorage.removeItem(KEPT);
      return true;
    },
  });
  const manager = PushManager.prototype as unknown as Record<string, unknown>;
  manager['subscribe'] = async (options: { userVisibleOnly: boolean; applicationServerKey: Uint8Array }) => {
    if (!options.userVisibleOnly) throw new DOMException('must be visible', 'NotAllowedError');
    const key = btoa(String.fromCharCode(...options.applicationServerKey));
    localStorage.setItem(KEPT, key);
    return made(key);
  };
  manager['getSubscription'] = async () => {
    const key = localStorage.getItem(KEPT);
    return key === null ? null : made(key);
  };
}

/** Checks the token of RFC 8292 by the key that comes with it. */
function signedBy(authorization: string): Pick<Message, 'claims' | 'key'> {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization) ?? [];
  const [header = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: base64url(point.subarray(1, 33)),
    y: base64url(point.subarray(33)),
  };
  const genuine = verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    {
      key: createPublicKey({ key: jwk, format: 'jwk' }),
      dsaEncoding: 'ieee-p1363',
    },
    Buffer.from(signature, 'base64url'),
  );
  if (!genuine) throw new Error(`not signed by the key it names: ${authorization}`);
  return {
    claims: JSON.parse(Buffer.from(claims, 'base64url').toString()) as Message['claims'],
    key,
  };
}

const hmac = (key: Buffer, ...data: Buffer[]) =>
  createHmac('sha256', key).update(Buffer.concat(data)).digest();

/** RFC 8188 and 8291: one record, the last. */
function decrypted(body: Buffer, ecdh: ReturnType<typeof createECDH>, auth: Buffer): string {
  const [salt, idLength] = [body.subarray(0, 16), body.readUInt8(20)];
  const sender = body.subarray(21, 21 + idLength);
  const sealed = body.subarray(21 + idLength);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender, Buffer.from([1])]);
  const input = hmac(hmac(auth, ecdh.computeSecret(sender)), info);
  const prk = hmac(salt, input);
  const key = hmac(prk, Buffer.from('Content-Encoding: aes128gcm\0'), Buffer.from([1])).subarray(0, 16);
  const nonce = hmac(prk, Buffer.from('Content-Encoding: nonce\0'), Buffer.from([1])).subarray(0, 12);
  const open = createDecipheriv('aes-128-gcm', key, nonce);
  open.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([open.update(sealed.subarray(0, -16)), open.final()]);
  const end = plain.lastIndexOf(2);
  if (end < 0) throw new Error('the record has no end');
  return plain.subarray(0, end).toString();
}
