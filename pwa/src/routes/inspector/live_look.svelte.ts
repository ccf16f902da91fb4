/**
 * The live code seen last at this stop: judged on the phone at once, by the server when it answers. It stays while
 * the inspector goes through the papers of one truck.
 */
import type { Manifest, VerifyAnswer } from '$lib/api/types';
import { Unreachable } from '$lib/api/problem';
import { bondOf, type LiveSeen } from '$lib/field/live';
import { watch } from '$lib/position/here.svelte';
import type { Carriage, LiveCheck, VerdictWord } from '$lib/seal';
import { verifyOnline } from '$lib/sync/look';

/** A truck is not checked for longer than this, milliseconds. */
const KEPT_MS = 15 * 60_000;

type Checked = { check: string; ok: boolean | null; detail?: unknown };

let seen = $state.raw<LiveSeen | null>(null);
let server = $state.raw<VerifyAnswer | null>(null);

async function ask(text: string): Promise<void> {
  try {
    const answer = await verifyOnline(text, watch.state.fix);
    if (seen?.text === text) server = answer;
  } catch (error) {
    // Refused or unreachable: the phone's own verdict stands.
    if (!(error instanceof Error) && !(error instanceof Unreachable)) throw error;
  }
}

export const liveLook = {
  get seen(): LiveSeen | null {
    return seen !== null && Date.now() - seen.at <= KEPT_MS ? seen : null;
  },
  /** The server's answer on it; null until it came. */
  get server(): VerifyAnswer | null {
    return liveLook.seen === null ? null : server;
  },
  /**
   * The phone's word at the moment of the scan; the server's only when it says that the phone is not to be believed:
   * its answer may come when the code is old already.
   */
  get word(): VerdictWord | null {
    const own = liveLook.seen?.verdict.verdict ?? null;
    return own === 'authentic' && liveLook.disowned ? 'invalid' : own;
  },
  /** The register knows the phone as revoked, or not at all. */
  get disowned(): boolean {
    return server?.checks.some((made) => made.check === 'device' && made.ok === false) ?? false;
  },
  /** The eight checks: the phone's, with the server's word on the phone that only the server knows. */
  get checks(): readonly Checked[] {
    const told = server?.checks.find((made) => made.check === 'device');
    const own: readonly Checked[] = liveLook.seen?.verdict.checks ?? [];
    return own.map((made) =>
      made.check === 'device' && told !== undefined && told.ok !== null ? told : made,
    );
  },
  /** The four checks against a manifest; the server's when it knows it. */
  bond(carriage: Carriage): readonly Checked[] {
    const shown = liveLook.seen;
    if (shown === null) return [];
    const told = server?.live?.manifests.find((each) => each.id === carriage.manifestId)?.checks ?? [];
    const own: readonly LiveCheck[] = bondOf(shown, carriage);
    return told.length > 0 ? told : own;
  },
  /** True when an authentic live code names this manifest. */
  bound(carriage: Carriage): boolean {
    return liveLook.word === 'authentic' && liveLook.bond(carriage)[0]?.ok === true;
  },
  /** What only the server tells: whose phone it is. */
  get person(): string | null {
    return server?.live?.person_name ?? null;
  },
  /** Manifests that the server says are on the truck. */
  get told(): Manifest[] {
    const all = server?.live?.manifests.map((each) => each.manifest) ?? [];
    return all.filter((manifest): manifest is Manifest => manifest !== null && 'lines' in manifest);
  },
  take(next: LiveSeen): void {
    seen = next;
    server = null;
    void ask(next.text);
  },
  forget(): void {
    seen = null;
    server = null;
  },
};
