/** The field pack and this phone's events as state for the screens; reads only the phone's own database. */
import type { PackManifest } from '$lib/api/types';
import { onChange, type Topic } from '$lib/local/changes';
import {
  database,
  fact,
  type Failure,
  type StoredDevice,
  type StoredEvent,
  type StoredPack,
} from '$lib/local/db';
import { parseShortCode, shortCodeBits } from '$lib/seal/short_code';
import { session } from '$lib/state/session.svelte';
import { standings, type Standing } from './standing';

interface FieldState {
  ready: boolean;
  pack: StoredPack | null;
  events: StoredEvent[];
  carried: StoredEvent[];
  device: StoredDevice | null;
  packProblem: Failure | null;
  deviceProblem: Failure | null;
}

let state = $state.raw<FieldState>({
  ready: false,
  pack: null,
  events: [],
  carried: [],
  device: null,
  packProblem: null,
  deviceProblem: null,
});

type Part = 'pack' | 'events' | 'device';

/** What a change is about; topics that are not here concern nothing of this module. */
const CONCERNS: Partial<Record<Topic, readonly Part[]>> = {
  session: ['pack', 'events', 'device'],
  pack: ['pack'],
  events: ['events'],
  device: ['device'],
};

type Db = Awaited<ReturnType<typeof database>>;

/** Which events changed; null when that is not known. */
type About = readonly string[] | null;

function split(events: readonly StoredEvent[], person: string): Pick<FieldState, 'events' | 'carried'> {
  return {
    events: events.filter((event) => event.person_id === person),
    carried: events.filter((event) => event.person_id === null),
  };
}

const readers: Record<Part, (db: Db, person: string, about: About) => Promise<Partial<FieldState>>> = {
  async pack(db, person) {
    const [pack, packProblem] = await Promise.all([db.get('packs', person), fact('pack_problem')]);
    return { pack: pack ?? null, packProblem };
  },
  async events(db, person, about) {
    if (about === null) return split(await db.getAllFromIndex('events', 'by_saved'), person);
    const tx = db.transaction('events');
    const fresh = await Promise.all(about.map((id) => tx.store.get(id)));
    const others = [...state.events, ...state.carried].filter(({ id }) => !about.includes(id));
    const events = [...others, ...fresh.filter((event) => event !== undefined)];
    return split(
      events.sort((a, b) => a.saved_at - b.saved_at),
      person,
    );
  },
  async device(db, person) {
    const [device, deviceProblem] = await Promise.all([db.get('devices', person), fact('device_problem')]);
    return { device: device ?? null, deviceProblem };
  },
};

async function read(parts: readonly Part[], about: About): Promise<void> {
  const db = await database();
  const person = (await fact('session'))?.person.id;
  if (person === undefined) {
    state = { ...state, ready: true, pack: null, events: [], carried: [], device: null };
    return;
  }
  const fresh = await Promise.all(parts.map((part) => readers[part](db, person, about)));
  state = Object.assign({ ...state, ready: true }, ...fresh) as FieldState;
}

/**
 * Changes come in swarms while events are written and sent: one reading at a time of what they are about, and one more
 * for whatever came meanwhile, after a rest as long as the reading took. A write waits for readings of the same store:
 * a phone with thousands of events would otherwise do nothing but read. For the same reason only the events that
 * changed are read, where that is known.
 */
let reading: Promise<void> | null = null;
let stale: readonly Part[] = [];
let changedEvents: About = [];
function readSoon(parts: readonly Part[], about?: readonly string[]): void {
  if (parts.includes('events')) {
    const known = changedEvents;
    changedEvents =
      about === undefined || known === null ? null : [...known, ...about.filter((id) => !known.includes(id))];
  }
  stale = [...stale, ...parts.filter((part) => !stale.includes(part))];
  if (reading !== null || stale.length === 0) return;
  const [now, events] = [stale, changedEvents];
  stale = [];
  changedEvents = [];
  const began = performance.now();
  reading = read(now, events)
    // What could not be read now is read whole next time.
    .catch(() => (changedEvents = null))
    .then(() => {
      setTimeout(() => {
        reading = null;
        readSoon([]);
      }, performance.now() - began);
    });
}

onChange((topic, about) => readSoon(CONCERNS[topic] ?? [], about));
readSoon(CONCERNS.session ?? []);

const all = $derived(state.pack === null ? [] : standings(state.pack, state.events));

export const field = {
  get ready(): boolean {
    return state.ready;
  },
  get pack(): StoredPack | null {
    return state.pack;
  },
  /** Phone time when the pack was last confirmed, milliseconds; null when there is none. */
  get asOf(): number | null {
    return state.pack?.confirmed_at ?? null;
  },
  get events(): StoredEvent[] {
    return state.events;
  },
  /** Other phones' events that this phone carries or carried. */
  get carried(): StoredEvent[] {
    return state.carried;
  },
  get device(): StoredDevice | null {
    return state.device;
  },
  get packProblem(): Failure | null {
    return state.packProblem;
  },
  get deviceProblem(): Failure | null {
    return state.deviceProblem;
  },
  /** Everything in the pack. */
  get all(): Standing[] {
    return all;
  },
  /** The driver's own loads, in the order of their pickups. */
  get trips(): Standing[] {
    const person = session.current?.person.id;
    return all.filter(({ manifest }) => manifest.driver?.id === person);
  },
  /** What is on its way to the facility acted in. */
  get arrivals(): Standing[] {
    const organisation = session.current?.acting.organisation_id;
    return all.filter(({ manifest }) => manifest.facility.organisation_id === organisation);
  },
  find(id: string): Standing | null {
    return all.find(({ manifest }) => manifest.id === id) ?? null;
  },
  /** The manifest with this short code (canonical form), from the pack. */
  byShortCode(short: string): PackManifest | null {
    const bits = shortCodeBits(short);
    const matches = ({ manifest }: Standing) =>
      manifest.short_code !== null && shortCodeBits(parseShortCode(manifest.short_code)) === bits;
    return all.find(matches)?.manifest ?? null;
  },
  /** Whether the pack has a manifest with this short code (canonical form). */
  knows: (short: string): boolean => field.byShortCode(short) !== null,
};
