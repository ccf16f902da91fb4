/** The present for the screen: ticks twice a minute, so that ages stay true without each component's own timer. */
let now = $state(Date.now());
setInterval(() => (now = Date.now()), 30_000);
addEventListener('visibilitychange', () => (now = Date.now()));

export const present = {
  /** Milliseconds since 1970 by the device's clock. */
  get ms(): number {
    return now;
  },
};
