/** Which colour a verdict has, and the verdict on a manifest whose own signature was not seen. Pure. */
import type { PackManifest } from '$lib/api/types';
import {
  CHECKS,
  type Check,
  type FieldSeals,
  type LiveVerdict,
  type Verdict,
  type VerdictWord,
} from '$lib/seal';
import { lookupStatus } from '$lib/seal/status_list';

/** Green only after the plate; blue until then. */
export type Tone = 'good' | 'compare' | 'bad' | 'hold' | 'unknown';

/** The tone of a verdict; `plate` is null until the plate was compared. A wall code has no plate to compare. */
export function toneOf(verdict: VerdictWord | null, isSite: boolean, plate: boolean | null): Tone {
  switch (verdict) {
    case 'invalid':
    case 'void':
      return 'bad';
    case 'superseded':
    case 'on_hold':
    case 'completed':
    case 'expired':
      return 'hold';
    case 'cannot_tell':
    case null:
      return 'unknown';
    case 'authentic':
      if (isSite) return 'good';
      if (plate === null) return 'compare';
      return plate ? 'good' : 'bad';
  }
}

/** What the pack knows of a manifest whose own code was not seen: registered or not, its status, no signature. */
export function packVerdict(
  manifest: PackManifest | null,
  seals: FieldSeals,
  how: 'short_code' | 'live_code',
): Verdict {
  const checks = new Map<string, Check>(CHECKS.map((check) => [check, { check, ok: null, detail: how }]));
  const set = (check: Check['check'], ok: boolean | null, detail: string) =>
    checks.set(check, { check, ok, detail });
  set('format', true, 'ok');
  if (manifest === null) {
    set('registered', null, 'not_in_pack');
    return { verdict: 'cannot_tell', checks: [...checks.values()], asOf: null };
  }
  set('registered', true, 'in_pack');
  const place = manifest.status;
  const list = place === null ? undefined : seals.lists.get(place.list);
  if (place === null || list === undefined) {
    set('status', null, 'status_unknown');
    return { verdict: 'cannot_tell', checks: [...checks.values()], asOf: null };
  }
  const issuedAt = manifest.issued_at === null ? 0 : Date.parse(manifest.issued_at);
  const status = lookupStatus(list, place.list, { list: place.list, entry: place.index }, issuedAt);
  const asOf = list.issuedAt;
  if (status.kind === 'known' && status.status !== 'valid') {
    set('status', false, status.status);
    return { verdict: status.status, checks: [...checks.values()], asOf };
  }
  set('status', status.kind === 'known' ? true : null, status.kind === 'known' ? 'ok' : status.kind);
  return {
    verdict: status.kind === 'unknown' ? 'cannot_tell' : 'authentic',
    checks: [...checks.values()],
    asOf,
  };
}

/**
 * A live code whose manifests this phone does not hold: the screen may be genuine, the load is unknown. Its own eight
 * checks are shown beside; of the manifest's none was made.
 */
export function liveVerdict({ verdict }: LiveVerdict): Verdict {
  return {
    verdict: verdict === 'authentic' ? 'cannot_tell' : verdict,
    checks: CHECKS.map((check) => ({ check, ok: null, detail: 'live_code' })),
    asOf: null,
  };
}
