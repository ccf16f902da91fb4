/**
 * The verdict on a scanned seal: every named check, and one word for the person at the roadside.
 *
 * Twin of the server's `domain::seal::verdict`; both run the vectors. Details are stable codes for translation.
 */
import {
  asSealed,
  type Claims,
  decodeSeal,
  isExpired,
  isFromTheFuture,
  type Kind,
  type Sealed,
  type Unverified,
} from './envelope';
import { SealError } from './error';
import { parseQr, type ScannedCode } from './qr';
import type { StatusLookup } from './status_list';
import { findSigner, namesHost, objection, type TrustList } from './trust_list';

/** In order of precedence: the first that applies. */
export type VerdictWord =
  'invalid' | 'cannot_tell' | 'void' | 'superseded' | 'on_hold' | 'completed' | 'expired' | 'authentic';

export const CHECKS = [
  'format',
  'envelope',
  'key',
  'signature',
  'time',
  'host',
  'status',
  'registered',
] as const;
export type CheckName = (typeof CHECKS)[number];

export interface Check {
  check: CheckName;
  /** Null when it could not be made. */
  ok: boolean | null;
  /** Stable code of the reason; `ok` when there is nothing to say. */
  detail: string;
}

export interface Verdict {
  verdict: VerdictWord;
  /** All eight, in order. */
  checks: Check[];
  /** When the status was known, in milliseconds; null if it is not known at all. */
  asOf: number | null;
}

/** A scanned text, read as far as it could be. */
export interface Scan<T extends Claims> {
  host: string | null;
  seal: Unverified<T> | null;
  failed: { check: 'format' | 'envelope'; code: string } | null;
}

/** What this reader knows. */
export interface Knowledge {
  trust: TrustList | null;
  status: StatusLookup;
  /** Whether the issue table has the seal's digest; null offline. */
  registered: boolean | null;
  /** Milliseconds, corrected by the offset to the server where that is known. */
  now: number;
}

/** Reads the text of a QR, a wall code or bare base32. Never throws. */
export function readScan<T extends Claims>(text: string, kind: Kind<T>): Scan<T> {
  let code: ScannedCode;
  try {
    code = parseQr(text);
  } catch (error) {
    return { host: null, seal: null, failed: { check: 'format', code: codeOf(error) } };
  }
  try {
    return { host: code.host, seal: decodeSeal(code.bytes, kind), failed: null };
  } catch (error) {
    return { host: code.host, seal: null, failed: { check: 'envelope', code: codeOf(error) } };
  }
}

/** Judges a scan. The seal comes back only when key and signature stand, whatever its status or age. */
export async function judge<T extends Claims>(
  scan: Scan<T>,
  known: Knowledge,
): Promise<{ verdict: Verdict; seal: Sealed<T> | null }> {
  const { seal } = scan;
  if (seal === null) return { verdict: unreadable(scan), seal: null };
  const { key, signature } = await keyAndSignature(seal, known);
  const time = timeCheck(seal, known.now);
  const host = hostCheck(scan.host, known.trust);
  const status = statusCheck(known.status);
  const registered = registeredCheck(known.registered);
  const future = time.detail === 'from_the_future';
  const word = wordOf(known, { key, signature, time, registered, future });
  const checks = [passed('format'), passed('envelope'), key, signature, time, host, status, registered];
  const stands = word !== 'invalid' && key.ok === true && !future;
  return { verdict: { verdict: word, checks, asOf: asOf(known) }, seal: stands ? asSealed(seal) : null };
}

function wordOf(
  known: Knowledge,
  found: { key: Check; signature: Check; time: Check; registered: Check; future: boolean },
): VerdictWord {
  const { key, signature, time, registered, future } = found;
  const online = known.registered !== null;
  const badKey = key.ok === false && (online || key.detail !== 'key_compromised');
  if (signature.ok === false || badKey || (future && online) || registered.ok === false) return 'invalid';
  if (key.ok !== true || future || known.status.kind === 'unknown') return 'cannot_tell';
  if (known.status.kind === 'known' && known.status.status !== 'valid') return known.status.status;
  return time.ok === false ? 'expired' : 'authentic';
}

function asOf(known: Knowledge): number | null {
  if (known.status.kind === 'unknown') return null;
  if (known.status.kind === 'none') return known.trust?.issuedAt ?? null;
  return known.status.asOf;
}

function codeOf(error: unknown): string {
  if (error instanceof SealError) return error.code;
  throw error;
}

function check(name: CheckName, ok: boolean | null, detail: string): Check {
  return { check: name, ok, detail };
}

function passed(name: CheckName): Check {
  return check(name, true, 'ok');
}

/** Invalid, with the checks that could not be made said to be so. */
function unreadable(scan: Scan<Claims>): Verdict {
  const failed = scan.failed ?? { check: 'format', code: 'empty' };
  const at = CHECKS.indexOf(failed.check);
  const checks = CHECKS.map((name, index) => {
    if (index < at) return passed(name);
    return index === at ? check(name, false, failed.code) : check(name, null, 'not_read');
  });
  return { verdict: 'invalid', checks, asOf: null };
}

async function keyAndSignature(
  seal: Unverified<Claims>,
  known: Knowledge,
): Promise<{ key: Check; signature: Check }> {
  const { trust } = known;
  const unchecked = check('signature', null, 'not_checked');
  if (trust === null) return { key: check('key', null, 'no_trust_list'), signature: unchecked };
  let against: string | null;
  try {
    against = objection(await findSigner(trust, seal), seal.claims.issuedAt);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'signature') {
      return { key: check('key', null, 'signer_unproven'), signature: check('signature', false, code) };
    }
    // Online the trust list is complete: a key that it does not have is nobody's.
    return { key: check('key', known.registered === null ? null : false, code), signature: unchecked };
  }
  return { key: keyCheck(against, trust, known), signature: passed('signature') };
}

function keyCheck(against: string | null, trust: TrustList, known: Knowledge): Check {
  if (against === 'key_compromised' && known.registered === true) {
    return check('key', true, 'compromised_but_registered');
  }
  if (against !== null) return check('key', false, against);
  if (isFromTheFuture(trust, known.now)) return check('key', null, 'clock_wrong');
  if (isExpired(trust, known.now)) return check('key', null, 'trust_list_expired');
  return passed('key');
}

function timeCheck(seal: Unverified<Claims>, now: number): Check {
  if (isFromTheFuture(seal.claims, now)) return check('time', false, 'from_the_future');
  return isExpired(seal.claims, now) ? check('time', false, 'expired') : passed('time');
}

function hostCheck(host: string | null, trust: TrustList | null): Check {
  if (host === null) return check('host', null, 'no_host');
  if (trust === null) return check('host', null, 'no_trust_list');
  return namesHost(trust, host) ? passed('host') : check('host', false, 'host_not_listed');
}

function statusCheck(status: StatusLookup): Check {
  switch (status.kind) {
    case 'known':
      return status.status === 'valid' ? passed('status') : check('status', false, status.status);
    case 'older_than_seal':
      return check('status', null, 'older_than_seal');
    case 'unknown':
      return check('status', null, 'status_unknown');
    case 'none':
      return check('status', null, 'no_status');
  }
}

function registeredCheck(registered: boolean | null): Check {
  if (registered === null) return check('registered', null, 'offline');
  return registered ? passed('registered') : check('registered', false, 'not_registered');
}
