// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paced } from './paced';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('work that hints ask for', () => {
  it('is done at once for one hint, and once', async () => {
    const work = vi.fn(async () => undefined);
    paced(work, 2_000)();
    await vi.advanceTimersByTimeAsync(0);
    expect(work).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('is done a few times for a storm of hints, and never twice at once', async () => {
    let [running, most] = [0, 0];
    const work = vi.fn(async () => {
      most = Math.max(most, ++running);
      await new Promise((done) => setTimeout(done, 900));
      running -= 1;
    });
    const hint = paced(work, 2_000);
    // 1,000 hints in ten seconds.
    for (let n = 0; n < 1_000; n++) {
      hint();
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(60_000);
    expect(most).toBe(1);
    expect(work).toHaveBeenCalledTimes(6);
  });

  it('follows the last hint, also when a run takes longer than the pause and another fails', async () => {
    let told = 0;
    const seen: number[] = [];
    const hint = paced(async () => {
      const now = told;
      await new Promise((done) => setTimeout(done, 5_000));
      if (now === 1) throw new Error('nobody answers');
      seen.push(now);
    }, 2_000);
    for (told = 1; told <= 3; told++) {
      hint();
      await vi.advanceTimersByTimeAsync(100);
    }
    told = 3;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual([3]);
  });
});
