/** The screen stays lit while somebody else's camera looks at it, where the browser can promise that. */

/** Begins; call in an effect of the page, the result ends it. */
export function keepAwake(): () => void {
  const wakeLock = (navigator as { wakeLock?: WakeLock }).wakeLock;
  let lock: WakeLockSentinel | null = null;
  let over = false;

  async function ask(): Promise<void> {
    if (wakeLock === undefined || over || document.visibilityState !== 'visible') return;
    const given = await wakeLock.request('screen').catch(() => null);
    if (over || (lock !== null && !lock.released)) void given?.release();
    else lock = given;
  }

  // The system takes the lock away whenever the page is hidden.
  const shown = () => void ask();
  document.addEventListener('visibilitychange', shown);
  void ask();
  return () => {
    over = true;
    document.removeEventListener('visibilitychange', shown);
    void lock?.release();
  };
}
