/** The look an inspector takes at one code: the phone's own verdict at once, the server's when it answers. */
import type { PackManifest, VerifyAnswer } from '$lib/api/types';
import { Unreachable } from '$lib/api/problem';
import { field } from '$lib/field/field.svelte';
import { interpret, type Meaning } from '$lib/field/interpret';
import { carriageOf, names } from '$lib/field/live';
import { samePlate, shownPlate } from '$lib/field/plate';
import { fieldKnowledge } from '$lib/local/knowledge';
import type { CodeSource } from '$lib/local/event_payload';
import { readKept, writeKept } from '$lib/local/kept';
import { watch } from '$lib/position/here.svelte';
import type { Carriage, Verdict } from '$lib/seal';
import { verifyOnline } from '$lib/sync/look';
import { liveLook } from './live_look.svelte';
import { liveVerdict, packVerdict, toneOf, type Tone } from './tone';

export interface Look {
  text: string;
  source: CodeSource;
  meaning: Meaning;
  /** The phone's own verdict. */
  local: Verdict;
  /** The manifest in the pack, if it is there. */
  manifest: PackManifest | null;
}

type Asked = 'asking' | 'answered' | 'unreachable' | 'refused';

let look = $state.raw<Look | null>(null);
let server = $state.raw<VerifyAnswer | null>(null);
let asked = $state<Asked>('unreachable');
/** Null until the inspector has compared; then whether the plate seen is one of the declared. */
let plateMatches = $state<boolean | null>(null);
let plateSeen = $state('');
/** A live code was scanned for this very look. */
let liveTaken = $state(false);
let restoring = $state(false);

/** The look as it is kept for a reload: an update must not cost the inspector a scan. */
interface KeptLook {
  takenAt: number;
  text: string;
  source: CodeSource;
  plateSeen: string;
}
const KEPT = 'look';
/** An older look was at another truck, milliseconds. */
const FRESH_MS = 10 * 60_000;

function keptLook(): KeptLook | null {
  const before = readKept<KeptLook>(KEPT, Date.now());
  return before !== null && Date.now() - before.takenAt < FRESH_MS ? before : null;
}

function keep(text: string, source: CodeSource): void {
  writeKept(KEPT, { takenAt: Date.now(), text, source, plateSeen } satisfies KeptLook, Date.now());
}

async function localVerdict(meaning: Meaning): Promise<{ local: Verdict; manifest: PackManifest | null }> {
  switch (meaning.kind) {
    case 'manifest':
      return { local: meaning.found.verdict, manifest: field.find(meaning.manifestId)?.manifest ?? null };
    case 'short':
      return {
        local: packVerdict(meaning.manifest, (await fieldKnowledge()).seals, 'short_code'),
        manifest: meaning.manifest,
      };
    case 'short_unknown':
      return { local: packVerdict(null, (await fieldKnowledge()).seals, 'short_code'), manifest: null };
    case 'site':
      return { local: meaning.found.verdict, manifest: null };
    case 'live':
      return fromLive(meaning);
    case 'unreadable':
      return { local: meaning.verdict, manifest: null };
  }
}

/** A live code alone: the first manifest of the pack that it names, or nothing that could be judged. */
async function fromLive(
  meaning: Extract<Meaning, { kind: 'live' }>,
): Promise<{ local: Verdict; manifest: PackManifest | null }> {
  const manifest = meaning.seen.verdict.verdict === 'authentic' ? (onTruck()[0] ?? null) : null;
  if (manifest === null) return { local: liveVerdict(meaning.seen.verdict), manifest };
  return { local: packVerdict(manifest, (await fieldKnowledge()).seals, 'live_code'), manifest };
}

/** The manifests of the pack that the live code names. */
function onTruck(): PackManifest[] {
  const claims = liveLook.seen?.claims ?? null;
  if (claims === null) return [];
  return field.all.map(({ manifest }) => manifest).filter((manifest) => names(claims, manifest));
}

/** What the look is about, as far as it is known; null when no manifest is. */
function carriage(): Carriage | null {
  const claims = look?.meaning.kind === 'manifest' ? look.meaning.claims : null;
  const held = look?.manifest ?? told()?.manifest ?? null;
  const id = held?.id ?? claims?.manifestId;
  return id === undefined ? null : carriageOf(id, held, claims);
}

/** What to ask the server about: a live code is asked about by itself, its manifest by the short code. */
function question({ meaning, text, manifest }: Look): string | null {
  return meaning.kind === 'live' ? (manifest?.short_code ?? null) : text;
}

function begin(next: Look): void {
  look = next;
  server = null;
  asked = 'unreachable';
  plateMatches = null;
  plateSeen = '';
  liveTaken = false;
  const text = question(next);
  if (text === null) return;
  // After a reload a live code is old: its manifest is found again by the short code.
  keep(text, next.source);
  void ask(text);
}

async function ask(text: string): Promise<void> {
  const about = look;
  asked = 'asking';
  try {
    const answer = await verifyOnline(text, watch.state.fix);
    if (look !== about) return;
    server = answer;
    asked = 'answered';
  } catch (error) {
    if (look === about) asked = error instanceof Unreachable ? 'unreachable' : 'refused';
  }
}

/** The server's answer; on a live code alone the one that it gave on that code. */
function told(): VerifyAnswer | null {
  if (server !== null || look?.meaning.kind !== 'live' || look.manifest !== null) return server;
  return liveLook.server?.live ? liveLook.server : null;
}

export const current = {
  get look(): Look | null {
    return look;
  },
  get server(): VerifyAnswer | null {
    return told();
  },
  get asked(): Asked {
    return server === null && told() !== null ? 'answered' : asked;
  },
  get liveTaken(): boolean {
    return liveTaken;
  },
  get plateMatches(): boolean | null {
    return plateMatches;
  },
  get plateSeen(): string {
    return plateSeen;
  },
  /** The verdict shown: the server's once it has answered, else the phone's. */
  get verdict(): Verdict['verdict'] | null {
    return told()?.verdict ?? look?.local.verdict ?? null;
  },
  get checks(): readonly { check: string; ok: boolean | null; detail?: unknown }[] {
    return told()?.checks ?? look?.local.checks ?? [];
  },
  /** When that was known, milliseconds. A pack that the server confirmed unchanged counts as known then. */
  get asOf(): number | null {
    const answer = told();
    if (answer !== null) return Date.parse(answer.as_of);
    const own = look?.local.asOf ?? null;
    return own === null ? field.asOf : Math.max(own, field.asOf ?? 0);
  },
  /** Plates to compare with: those agreed on, and the one that the driver's screen names. */
  get plates(): readonly string[] {
    const agreed = current.agreedPlates;
    const own = current.livePlate;
    return own === null || agreed.some((plate) => samePlate(plate, own)) ? agreed : [own, ...agreed];
  },
  get agreedPlates(): readonly string[] {
    const known = told()?.manifest ?? look?.manifest;
    if (known) {
      const expected = 'expected_plate' in known ? known.expected_plate : null;
      return expected === null || known.plates.some((plate) => samePlate(plate, expected))
        ? known.plates
        : [...known.plates, expected];
    }
    const claimed = look?.meaning.kind === 'manifest' ? look.meaning.claims.plates : [];
    return Array.isArray(claimed) ? claimed.map(shownPlate) : [];
  },
  /** The plate on the driver's screen, when that screen is bound to this manifest. */
  get livePlate(): string | null {
    return current.bound ? shownPlate(liveLook.seen?.claims?.plate ?? '') : null;
  },
  /** True when the truck is the one of the driver's screen, which the manifest does not name. */
  get plateChanged(): boolean {
    return plateMatches === true && !current.agreedPlates.some((plate) => samePlate(plate, plateSeen));
  },
  get carriage(): Carriage | null {
    return carriage();
  },
  /** An authentic live code names this manifest: the code is no mere copy. */
  get bound(): boolean {
    const known = carriage();
    return known !== null && liveLook.bound(known);
  },
  /** Other manifests of the same truck, to look at next. */
  get others(): PackManifest[] {
    const own = carriage()?.manifestId;
    return liveLook.word === 'authentic' ? onTruck().filter((manifest) => manifest.id !== own) : [];
  },
  get tone(): Tone {
    const tone = toneOf(current.verdict, look?.meaning.kind === 'site', plateMatches);
    return tone === 'good' && current.plateChanged ? 'hold' : tone;
  },
  /**
   * Judges a code; the screen has the phone's verdict when this returns. A live code that was scanned for the paper
   * looked at (`forLook`) adds to that look, whether it fits or not.
   */
  async take(text: string, source: CodeSource, forLook = false): Promise<void> {
    const meaning = await interpret(text, field.byShortCode);
    if (meaning.kind === 'live') {
      liveLook.take(meaning.seen);
      if (forLook && carriage() !== null) {
        liveTaken = true;
        plateMatches = null;
        return;
      }
    }
    const { local, manifest } = await localVerdict(meaning);
    begin({ text: meaning.text, source, meaning, local, manifest });
  },
  /** Goes on to another manifest of the same truck. */
  async turnTo(manifest: PackManifest): Promise<void> {
    const seen = liveLook.seen;
    if (seen === null) return;
    const local = packVerdict(manifest, (await fieldKnowledge()).seals, 'live_code');
    begin({
      text: seen.text,
      source: 'list',
      meaning: { kind: 'live', text: seen.text, seen },
      local,
      manifest,
    });
  },
  /** The text looked at, also before a look of the last page load is back; empty when there is none. */
  get text(): string {
    return (look === null ? keptLook()?.text : (question(look) ?? look.text)) ?? '';
  },
  /** True while the look of the last page load is being judged again. */
  get restoring(): boolean {
    return restoring;
  },
  /** Takes the last look up again after a reload. False when there is none. */
  async restore(): Promise<boolean> {
    if (look !== null) return true;
    const before = keptLook();
    if (before === null) return false;
    restoring = true;
    await current.take(before.text, before.source).finally(() => (restoring = false));
    if (before.plateSeen !== '') current.compare(before.plateSeen);
    return true;
  },
  /** The inspector has read the plate on the truck. */
  compare(seen: string): void {
    plateSeen = seen.trim();
    plateMatches = current.plates.some((plate) => samePlate(plate, seen));
    const text = look === null ? null : question(look);
    if (look !== null && text !== null) keep(text, look.source);
  },
  /** Another look at the plate. */
  compareAgain(): void {
    plateMatches = null;
  },
};
