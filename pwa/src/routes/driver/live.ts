/** Showing a live code: a fresh one at the beginning of every step, by the time that the server confirmed last. */
import { type OnBoard, factsOf } from '$lib/field/onboard';
import type { StoredDevice } from '$lib/local/db';
import { correctedNow } from '$lib/local/true_time';
import { DEVICE, decodeSeal, fromBase64url, makeLive, SealError, STEP_MS, stepAt } from '$lib/seal';

export interface Shown {
  /** Text of the code; empty while there is none. */
  text: string;
  step: number;
  /** Of the step, when the code was made. */
  elapsedMs: number;
  /** Why there is none: the certificate is unusable, or the facts do not fit. */
  problem: 'certificate' | 'facts' | null;
}

/** A timer may fire some milliseconds early: never make the same step's code twice. */
const AFTER_MS = 25;

/** Calls back with a code for every step; the result ends it. */
export function showLive(
  device: StoredDevice,
  group: readonly OnBoard[],
  onshown: (shown: Shown) => void,
): () => void {
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function renew(): Promise<void> {
    clearTimeout(timer);
    const now = await correctedNow();
    const shown = await codeAt(device, group, now);
    if (over) return;
    onshown(shown);
    const next = shown.problem === null ? STEP_MS - (now % STEP_MS) + AFTER_MS : STEP_MS;
    timer = setTimeout(() => void renew(), next);
  }

  // Timers sleep while the page is hidden: a code that was left on the screen would be old.
  const seen = () => {
    if (document.visibilityState === 'visible') void renew();
  };
  document.addEventListener('visibilitychange', seen);
  void renew();
  return () => {
    over = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  };
}

/** The code of one moment (ms, corrected). */
export async function codeAt(device: StoredDevice, group: readonly OnBoard[], now: number): Promise<Shown> {
  const none = { text: '', step: stepAt(now), elapsedMs: now % STEP_MS };
  try {
    const certificate = decodeSeal(fromBase64url(device.certificate), DEVICE);
    if (certificate.claims.expiresAt <= now) return { ...none, problem: 'certificate' };
    const text = await makeLive(factsOf(group, certificate), none.step, device.key.privateKey);
    return { ...none, text, problem: null };
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return { ...none, problem: error.code === 'claim_range' ? 'facts' : 'certificate' };
  }
}
