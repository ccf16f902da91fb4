// @vitest-environment node
import { describe, expect, it, vi } from 'vitest';
import { retryAfterSeconds, toProblem } from '$lib/api/problem';
import { FRESH, grown, shrunk, waitLeft, waitMs } from './backoff';
import { isWorthMore, measure } from './clock';
import { invitationCode, pinWeakness } from './enrol';

vi.mock('$lib/api/client', () => ({ api: {}, answer: vi.fn(), whole: vi.fn(), onExchange: vi.fn() }));

describe('the clock offset', () => {
  it('is the server’s time against the middle of the round trip', () => {
    const offset = measure({ sentMs: 1_000_000, receivedMs: 1_000_400, serverMs: 1_060_000, ours: true });
    expect(offset).toMatchObject({ offset_ms: 60_300, uncertainty_ms: 700 });
  });
  it('is not told by a round trip of over thirty seconds or one that ended before it began', () => {
    expect(measure({ sentMs: 0, receivedMs: 30_001, serverMs: 0, ours: true })).toBeNull();
    expect(measure({ sentMs: 10, receivedMs: 0, serverMs: 0, ours: true })).toBeNull();
    expect(measure({ sentMs: 0, receivedMs: 10, serverMs: null, ours: false })).toBeNull();
  });
  it('keeps the surest measure until it contradicts or ages', () => {
    const at = (minute: number, offset_ms: number, uncertainty_ms: number) => ({
      offset_ms,
      uncertainty_ms,
      measured_at: new Date(minute * 60_000).toISOString(),
    });
    expect(isWorthMore(at(1, 0, 900), null)).toBe(true);
    expect(isWorthMore(at(1, 0, 900), at(0, 0, 600))).toBe(false);
    expect(isWorthMore(at(1, 5_000, 900), at(0, 0, 600))).toBe(true);
    expect(isWorthMore(at(11, 0, 900), at(0, 0, 600))).toBe(true);
  });
});

describe('trying again', () => {
  it('doubles to five minutes, spread over half, and never undercuts the server', () => {
    expect([1, 2, 3].map((failures) => waitMs(failures, 1, null))).toEqual([2_000, 4_000, 8_000]);
    expect(waitMs(1, 0, null)).toBe(1_000);
    expect(waitMs(40, 1, null)).toBe(300_000);
    expect(waitMs(1, 0, 120)).toBe(120_000);
  });
  it('waits by the reason for trying, and never longer than was ever set', () => {
    const state = { ...FRESH, not_before: 60_000, asked_until: 30_000 };
    expect([
      waitLeft(state, 0, 'timer'),
      waitLeft(state, 0, 'network'),
      waitLeft(state, 0, 'person'),
    ]).toEqual([60_000, 30_000, 0]);
    expect(waitLeft({ ...FRESH, not_before: 2 * 86_400_000 }, 0, 'timer')).toBe(0);
  });
  it('sends more while the line is quick and less when it fails', () => {
    expect([grown(100, 300), grown(400, 300), grown(100, 9_000)]).toEqual([200, 500, 100]);
    expect(shrunk(200, 200, 1, 300, false)).toBe(200);
    expect(shrunk(200, 200, 2, 300, false)).toBe(100);
    expect(shrunk(200, 40, 1, 9_000, false)).toBe(20);
    expect(shrunk(200, 1, 5, 9_000, true)).toBe(1);
  });
  it('reads Retry-After in both forms', () => {
    expect(retryAfterSeconds('7', 0)).toBe(7);
    expect(retryAfterSeconds('Thu, 01 Jan 1970 00:01:00 GMT', 0)).toBe(60);
    expect(retryAfterSeconds('soon', 0)).toBeNull();
    expect(retryAfterSeconds(null, 0)).toBeNull();
  });
  it('makes a problem of whatever a proxy says', () => {
    expect(toProblem('<html>', 502).code).toBe('busy');
    expect(toProblem(undefined, 500).code).toBe('internal');
    expect(toProblem({ code: 'wrong_state', title: 'x' }, 409)).toMatchObject({
      code: 'wrong_state',
      status: 409,
    });
  });
});

describe('an invitation', () => {
  it.each([
    ['https://demo.example/enrol#ABCD-EFGH-JK', 'ABCD-EFGH-JK'],
    ['#abcd-efgh-jk', 'ABCD-EFGH-JK'],
    [' ABCDEFGHJK ', 'ABCDEFGHJK'],
    ['ABCD-EFGH-JK', 'ABCD-EFGH-JK'],
    ['HTTPS://DEMO.EXAMPLE/Q/ABC', null],
    ['', null],
    ['%E0%A4%A', null],
  ])('in "%s" is %s', (text, code) => {
    expect(invitationCode(text)).toBe(code);
  });
  it.each([
    ['123456', 'simple'],
    ['999999', 'simple'],
    ['12a456', 'digits'],
    ['2580', 'length'],
    ['258014', null],
  ])('with the PIN %s is %s', (pin, weakness) => {
    expect(pinWeakness(pin)).toBe(weakness);
  });
});
