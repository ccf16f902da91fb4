/** Push messages in the service worker: shown, and opened on the right screen. */
import type { NoticeTopic, Role } from '$lib/api/types';
import { changed } from '$lib/local/changes';
import { openPath } from '$lib/notices/screen';
import { replacePush } from '$lib/sync/push';

declare const self: ServiceWorkerGlobalScope;

/** What the server encrypts for this browser: it names nobody and nothing. */
interface PushMessage {
  id: string;
  topic: NoticeTopic;
  role: Role;
  manifest_id: string;
  told_at: string;
  title: string;
  text: string;
  language: string;
  urgent: boolean;
}

const ICON = '/icons/icon-192.png';

function read(data: PushMessageData | null): PushMessage | null {
  try {
    const message = data?.json() as Partial<PushMessage> | undefined;
    return typeof message?.id === 'string' && typeof message.title === 'string'
      ? (message as PushMessage)
      : null;
  } catch {
    return null;
  }
}

/** Shows a message. A repetition has the same tag and takes the place of the first without a sound. */
async function show(data: PushMessageData | null): Promise<void> {
  const message = read(data);
  // Browsers want something shown for every message, also for one of a server that this build does not understand.
  if (message === null)
    await self.registration.showNotification('E-manifest', { icon: ICON, tag: 'unknown' });
  else
    await self.registration.showNotification(message.title, {
      body: message.text,
      lang: message.language,
      tag: message.id,
      icon: ICON,
      requireInteraction: message.urgent,
      data: openPath(message),
    });
  changed('notices');
}

/** Opens the screen of a notice: in a page that is there, without loading it anew, or in a new one. */
async function open(notification: Notification): Promise<void> {
  notification.close();
  const path = typeof notification.data === 'string' ? notification.data : '/notices';
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((each) => each.visibilityState === 'visible') ?? pages[0];
  if (page === undefined) {
    await self.clients.openWindow(path);
    return;
  }
  page.postMessage({ type: 'OPEN', path });
  await page.focus();
}

/** Registers the handlers; browsers want them in the first run of the worker. */
export function takePushMessages(): void {
  self.addEventListener('push', (event) => event.waitUntil(show(event.data)));
  self.addEventListener('notificationclick', (event) => event.waitUntil(open(event.notification)));
  self.addEventListener('pushsubscriptionchange', (event) => {
    // Without a network or a session it fails; the next start of the application tells the server again.
    (event as ExtendableEvent).waitUntil(replacePush(self.registration).catch(() => undefined));
  });
}
