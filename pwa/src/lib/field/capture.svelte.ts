/**
 * One scan in the making: which manifest, which wall code, how they came in. The scan page fills it, the form that
 * follows reads it, and it ends when an event is saved. It survives going back and forth, and a reload.
 */
import type { CodeSource } from '$lib/local/event_payload';
import { forgetKept, readKept, writeKept } from '$lib/local/kept';
import { uuidv7 } from '$lib/local/uuid';
import type { ManifestClaims, VerdictWord } from '$lib/seal';

export interface CapturedCode {
  text: string;
  source: CodeSource;
  /** The offline verdict on it; null for a typed short code. */
  verdict: VerdictWord | null;
}

export interface CapturedManifest extends CapturedCode {
  /** What the code says; null for a typed short code. */
  claims: ManifestClaims | null;
}

export interface CapturedSite extends CapturedCode {
  siteId: string;
  name: string;
}

/** What was scanned longer ago was scanned elsewhere: it must not prove this place, milliseconds. */
const FRESH_MS = 10 * 60_000;

/** A scan as it is kept for a reload. */
interface KeptScan {
  takenAt: number;
  scanId: string;
  manifestId: string | null;
  code: CapturedManifest | null;
  site: CapturedSite | null;
}
const KEPT = 'scan';
const before = readKept<KeptScan>(KEPT, Date.now());

let takenAt = before?.takenAt ?? 0;
let scanId = $state(before?.scanId ?? uuidv7(Date.now()));
let manifestId = $state<string | null>(before?.manifestId ?? null);
let code = $state.raw<CapturedManifest | null>(before?.code ?? null);
let site = $state.raw<CapturedSite | null>(before?.site ?? null);

function keep(): void {
  const scan: KeptScan = { takenAt, scanId, manifestId, code, site };
  writeKept(KEPT, scan, Date.now());
}

/** Forgets the scan of another place and time. */
function dropStale(): void {
  if (Date.now() - takenAt < FRESH_MS) return;
  scanId = uuidv7(Date.now());
  manifestId = null;
  code = null;
  site = null;
}

export const capture = {
  /** Shared by the events of this scan. */
  get scanId(): string {
    return scanId;
  },
  get manifestId(): string | null {
    return manifestId;
  },
  get code(): CapturedManifest | null {
    return code;
  },
  get site(): CapturedSite | null {
    return site;
  },
  /** Another manifest's code replaces the one before; the wall code stays, the truck stands where it stood. */
  takeManifest(id: string, captured: CapturedManifest | null): void {
    dropStale();
    takenAt = Date.now();
    manifestId = id;
    code = captured;
    keep();
  },
  takeSite(captured: CapturedSite): void {
    dropStale();
    takenAt = Date.now();
    site = captured;
    keep();
  },
  /** Makes sure that what was scanned belongs to this manifest; a code of another one is not carried over. */
  begin(id: string): void {
    dropStale();
    // A manifest that waits for its codes is as fresh as the wish; codes that were taken keep their own time.
    if (code === null && site === null) takenAt = Date.now();
    if (manifestId === id) return;
    manifestId = id;
    code = null;
  },
  /** Begins anew. */
  reset(): void {
    forgetKept(KEPT);
    scanId = uuidv7(Date.now());
    manifestId = null;
    code = null;
    site = null;
  },
};
