/** The look an inspector takes at one code: the phone's own verdict at once, the server's when it answers. */
import type { PackManifest, VerifyAnswer } from '$lib/api/types';
import { Unreachable } from '$lib/api/problem';
import { field } from '$lib/field/field.svelte';
import { interpret, type Meaning } from '$lib/field/interpret';
import { samePlate, shownPlate } from '$lib/field/plate';
import { fieldKnowledge } from '$lib/local/knowledge';
import type { CodeSource } from '$lib/local/event_payload';
import { readKept, writeKept } from '$lib/local/kept';
import { watch } from '$lib/position/here.svelte';
import type { Verdict } from '$lib/seal';
import { verifyOnline } from '$lib/sync/look';
import { shortVerdict, toneOf, type Tone } from './tone';

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
        local: shortVerdict(meaning.manifest, (await fieldKnowledge()).seals),
        manifest: meaning.manifest,
      };
    case 'short_unknown':
      return { local: shortVerdict(null, (await fieldKnowledge()).seals), manifest: null };
    case 'site':
      return { local: meaning.found.verdict, manifest: null };
    case 'unreadable':
      return { local: meaning.verdict, manifest: null };
  }
}

async function ask(text: string): Promise<void> {
  asked = 'asking';
  try {
    const answer = await verifyOnline(text, watch.state.fix);
    if (look?.text !== text) return;
    server = answer;
    asked = 'answered';
  } catch (error) {
    if (look?.text === text) asked = error instanceof Unreachable ? 'unreachable' : 'refused';
  }
}

export const current = {
  get look(): Look | null {
    return look;
  },
  get server(): VerifyAnswer | null {
    return server;
  },
  get asked(): Asked {
    return asked;
  },
  get plateMatches(): boolean | null {
    return plateMatches;
  },
  get plateSeen(): string {
    return plateSeen;
  },
  /** The verdict shown: the server's once it has answered, else the phone's. */
  get verdict(): Verdict['verdict'] | null {
    return server?.verdict ?? look?.local.verdict ?? null;
  },
  get checks(): readonly { check: string; ok: boolean | null; detail?: unknown }[] {
    return server?.checks ?? look?.local.checks ?? [];
  },
  /** When that was known, milliseconds. A pack that the server confirmed unchanged counts as known then. */
  get asOf(): number | null {
    if (server !== null) return Date.parse(server.as_of);
    const own = look?.local.asOf ?? null;
    return own === null ? field.asOf : Math.max(own, field.asOf ?? 0);
  },
  get plates(): readonly string[] {
    const known = server?.manifest?.plates ?? look?.manifest?.plates;
    if (known !== undefined) return known;
    const claimed = look?.meaning.kind === 'manifest' ? look.meaning.claims.plates : [];
    return Array.isArray(claimed) ? claimed.map(shownPlate) : [];
  },
  get tone(): Tone {
    return toneOf(current.verdict, look?.meaning.kind === 'site', plateMatches);
  },
  /** Judges a code; the screen has the phone's verdict when this returns. */
  async take(text: string, source: CodeSource): Promise<void> {
    const meaning = await interpret(text, field.byShortCode);
    const { local, manifest } = await localVerdict(meaning);
    look = { text: meaning.text, source, meaning, local, manifest };
    server = null;
    plateMatches = null;
    plateSeen = '';
    keep(text, source);
    void ask(meaning.text);
  },
  /** The text looked at, also before a look of the last page load is back; empty when there is none. */
  get text(): string {
    return look?.text ?? keptLook()?.text ?? '';
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
    if (look !== null) keep(look.text, look.source);
  },
  /** Another look at the plate. */
  compareAgain(): void {
    plateMatches = null;
  },
};
