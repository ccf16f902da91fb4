/**
 * The phone's own database. Everything the screens show in the field is read from here.
 * Stores keep what belongs to a person under the person's id: two people may share one phone.
 */
import { openDB, type IDBPDatabase } from 'idb';
import type { Facts, Schema } from './schema';
import { upgrade } from './upgrade';

export type * from './schema';
export type Database = IDBPDatabase<Schema>;

const NAME = 'emanifest';
/** Raised with every change of the stores; `upgrade` brings older ones along with everything in them. */
const VERSION = 2;
let opened: Promise<Database> | null = null;

/** The database, opened once per page or worker; a failure is not remembered. */
export function database(): Promise<Database> {
  if (opened === null) {
    const opening = open(VERSION).catch((error: unknown) => {
      // A newer build has been here: stores only gain, so this one can go on until the page is loaded anew.
      if (error instanceof DOMException && error.name === 'VersionError') return open(undefined);
      throw error;
    });
    opened = opening;
    opening.catch(() => {
      if (opened === opening) opened = null;
    });
  }
  return opened;
}

function open(version: number | undefined): Promise<Database> {
  return openDB<Schema>(NAME, version, {
    upgrade,
    // A newer build in another tab wants to upgrade: let it, and open again when next asked.
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated() {
      opened = null;
    },
  });
}

/** One of the single facts, or null. */
export async function fact<K extends keyof Facts>(key: K): Promise<Facts[K] | null> {
  return ((await (await database()).get('facts', key)) as Facts[K] | undefined) ?? null;
}

/** Writes one of the single facts; null removes it. */
export async function putFact<K extends keyof Facts>(key: K, value: Facts[K] | null): Promise<void> {
  const db = await database();
  if (value === null) await db.delete('facts', key);
  else await db.put('facts', value, key);
}
