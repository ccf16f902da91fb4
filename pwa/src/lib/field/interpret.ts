/** What a code taken in means: a manifest, a place, or nothing of ours. Judged offline, never navigated to. */
import type { PackManifest } from '$lib/api/types';
import { fieldKnowledge } from '$lib/local/knowledge';
import {
  judgeManifest,
  judgeSite,
  kindOfScan,
  looksLikeShortCode,
  parseShortCode,
  type FieldVerdict,
  type ManifestClaims,
  type SiteClaims,
  type Verdict,
} from '$lib/seal';
import { type Foreign, foreignKind } from './foreign';
import { judgeLiveCode, type LiveSeen } from './live';

export type Meaning =
  | {
      kind: 'manifest';
      text: string;
      manifestId: string;
      claims: ManifestClaims;
      found: FieldVerdict<ManifestClaims>;
    }
  /** A typed short code that the pack knows: no signature was seen. */
  | { kind: 'short'; text: string; manifest: PackManifest }
  /** A well-formed short code that the pack does not know. */
  | { kind: 'short_unknown'; text: string }
  | { kind: 'site'; text: string; siteId: string; name: string; found: FieldVerdict<SiteClaims> }
  /** A live code, from the screen of a driver's phone. */
  | { kind: 'live'; text: string; seen: LiveSeen }
  /** Something of ours that cannot be read, or something else altogether. */
  | { kind: 'unreadable'; text: string; foreign: Foreign; verdict: Verdict };

/** Reads a scanned or typed text; `byShortCode` looks a short code up in the pack. */
export async function interpret(
  text: string,
  byShortCode: (short: string) => PackManifest | null,
): Promise<Meaning> {
  if (looksLikeShortCode(text)) {
    try {
      const short = parseShortCode(text);
      const manifest = byShortCode(short);
      return manifest === null
        ? { kind: 'short_unknown', text: short }
        : { kind: 'short', text: short, manifest };
    } catch {
      // Not a short code after all: go on as with any text.
    }
  }
  const kind = kindOfScan(text);
  if (kind === 'live') return { kind, text, seen: await judgeLiveCode(text) };
  const { seals, now } = await fieldKnowledge();
  if (kind === 'site') {
    const found = await judgeSite(text, seals, now);
    if (found.claims !== null) {
      return { kind: 'site', text, siteId: found.claims.siteId, name: found.claims.name, found };
    }
  }
  const found = await judgeManifest(text, seals, now);
  if (found.claims === null) {
    return { kind: 'unreadable', text, foreign: foreignKind(text), verdict: found.verdict };
  }
  return { kind: 'manifest', text, manifestId: found.claims.manifestId, claims: found.claims, found };
}
