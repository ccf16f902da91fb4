/**
 * Work that hints ask for, however many come: one run at a time, their beginnings at least `everyMs` apart, and one more
 * run for whatever came meanwhile. A run that fails is over; the next hint asks anew.
 */
export function paced(work: () => Promise<unknown>, everyMs: number): () => void {
  let asked = false;
  let busy = false;
  let began = -Infinity;

  function plan(): void {
    if (busy || !asked) return;
    busy = true;
    // The monotonic clock: a phone whose time is set back does not fall silent.
    setTimeout(() => void run(), Math.max(0, began + everyMs - performance.now()));
  }

  async function run(): Promise<void> {
    asked = false;
    began = performance.now();
    await work().catch(() => undefined);
    busy = false;
    plan();
  }

  return () => {
    asked = true;
    plan();
  };
}
