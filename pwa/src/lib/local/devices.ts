/** What the phone keeps of its registered keys, apart from making and using them. */
import { changed } from './changes';
import { database } from './db';

/** The server does not know this device: it is entered again at the next meeting. Another phone's is not ours to enter. */
export async function forgetDevice(deviceId: string): Promise<void> {
  const db = await database();
  const tx = db.transaction('devices', 'readwrite');
  for await (const cursor of tx.store) {
    if (cursor.value.device_id === deviceId) await cursor.update({ ...cursor.value, forgotten: true });
  }
  await tx.done;
  changed('device');
}
