/** Push messages on this device: the browser's subscription, and the server's knowledge of it. */
import { answer, api } from '$lib/api/client';
import type { PushBrowser } from '$lib/api/types';
import { fact } from '$lib/local/db';
import { getLocale } from '$lib/i18n/paraglide/runtime.js';
import { noticePreferences } from './notices';

export type PushState = 'unsupported' | 'not_offered' | 'denied' | 'off' | 'on';

/** base64url without padding → bytes. */
function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function isSupported(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;
}

async function held(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** Whether a subscription listens to this key: after the server's was replaced, its messages would be turned away. */
function listensTo(subscription: PushSubscription, key: string): boolean {
  const held = subscription.options.applicationServerKey;
  return held === null || String(new Uint8Array(held)) === String(bytes(key));
}

/** How push messages stand on this device. */
export async function pushState(key: string | null): Promise<PushState> {
  if (key === null) return 'not_offered';
  if (!isSupported()) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  const subscription = Notification.permission === 'granted' ? await held() : null;
  return subscription !== null && listensTo(subscription, key) ? 'on' : 'off';
}

/** What the person reads in the list of devices: browser and system, no more than they see anyway. */
export function browserName(agent: string): string {
  const browser = /Edg\//.test(agent)
    ? 'Edge'
    : /Firefox\//.test(agent)
      ? 'Firefox'
      : /Chrome\//.test(agent)
        ? 'Chrome'
        : /Safari\//.test(agent)
          ? 'Safari'
          : 'Web';
  const system = /Android/.test(agent)
    ? 'Android'
    : /iPhone|iPad/.test(agent)
      ? 'iOS'
      : /Windows/.test(agent)
        ? 'Windows'
        : /Mac OS/.test(agent)
          ? 'macOS'
          : 'Linux';
  return `${browser}, ${system}`;
}

async function tell(subscription: PushSubscription): Promise<PushBrowser> {
  const { endpoint, keys } = subscription.toJSON();
  return answer(
    api.POST('/api/v1/push/subscriptions', {
      body: {
        endpoint: endpoint ?? subscription.endpoint,
        keys: { p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' },
        name: browserName(navigator.userAgent),
        language: getLocale(),
      },
    }),
  );
}

/** Asks the browser and tells the server. Called from a press alone: browsers ask nobody otherwise. */
export async function turnPushOn(key: string): Promise<PushState> {
  if ((await Notification.requestPermission()) !== 'granted') return pushState(key);
  const registration = await navigator.serviceWorker.ready;
  const before = await registration.pushManager.getSubscription();
  if (before !== null && !listensTo(before, key)) await before.unsubscribe();
  // A subscription that is there already is what `subscribe` gives.
  await tell(
    await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }),
  );
  return 'on';
}

/** Takes the browser's subscription back; the server drops it when told, or when its next message fails. */
export async function turnPushOff(): Promise<void> {
  if (!isSupported()) return;
  const subscription = await held();
  if (subscription === null) return;
  const here = await tell(subscription).catch(() => null);
  await subscription.unsubscribe();
  if (here !== null) await removeBrowser(here.id).catch(() => undefined);
}

export async function pushBrowsers(): Promise<PushBrowser[]> {
  return (await answer(api.GET('/api/v1/push/subscriptions'))).items;
}

export async function removeBrowser(id: string): Promise<void> {
  await answer(api.DELETE('/api/v1/push/subscriptions/{id}', { params: { path: { id } } }));
}

/** For whom, and in which language, this page has told the server already. */
let renewedFor = '';

/**
 * Tells the server again what this browser has: after a new sign-in the messages are the new person's, and a browser
 * that renewed its subscription by itself is not forgotten.
 */
export async function renewPush(): Promise<void> {
  if (!isSupported() || Notification.permission !== 'granted') return;
  const session = await fact('session');
  if (session === null || session.ended) return;
  const whose = `${session.person.id} ${getLocale()}`;
  const subscription = whose === renewedFor ? null : await held();
  if (subscription === null) return;
  await tell(subscription);
  renewedFor = whose;
}

/** In the service worker, when the browser replaced its subscription. */
export async function replacePush(registration: ServiceWorkerRegistration): Promise<void> {
  const { ways } = await noticePreferences();
  if (ways.push_key === null) return;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(ways.push_key),
  });
  await tell(subscription);
}
