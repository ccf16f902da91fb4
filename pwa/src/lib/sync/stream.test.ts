import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onChange } from '$lib/local/changes';
import { refreshNotices } from './notices';
import { refresh } from './run';
import { runStream } from './stream';

vi.mock('./notices', () => ({ refreshNotices: vi.fn(async () => undefined) }));
vi.mock('./run', () => ({ refresh: vi.fn(async () => undefined) }));
vi.mock('./sign_in', () => ({ refreshSession: vi.fn(async () => undefined) }));
vi.mock('$lib/local/db', () => ({ fact: vi.fn(async () => ({ person: { id: 'p' }, ended: false })) }));

/** The browser's end of the stream, as a test holds it. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  static open: Source | null = null;
  readyState = 1;
  constructor(readonly url: string) {
    super();
    Source.open = this;
  }
  close() {
    this.readyState = Source.CLOSED;
  }
  say(name: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}

let hints: (readonly string[] | undefined)[] = [];
onChange((topic, about) => {
  if (topic === 'server') hints.push(about);
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Source);
  vi.clearAllMocks();
  hints = [];
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('the stream of an open page', () => {
  it('begins with one look at everything and turns a swarm of hints into few small looks', async () => {
    runStream();
    await vi.advanceTimersByTimeAsync(0);
    const stream = Source.open;
    if (stream === null) throw new Error('no stream was opened');
    expect(stream.url).toBe('/api/v1/stream');
    stream.say('hello', { unread: 3 });
    await vi.advanceTimersByTimeAsync(0);
    expect([hints, vi.mocked(refresh).mock.calls.length]).toEqual([[undefined], 1]);
    expect(refreshNotices).toHaveBeenCalledTimes(1);

    // One manifest changes: one look, at that one.
    await vi.advanceTimersByTimeAsync(10_000);
    stream.say('changed', { manifests: ['a'], more: false });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(hints.splice(0)).toEqual([undefined, ['a']]);
    expect(refresh).toHaveBeenCalledTimes(2);
    expect(refreshNotices).toHaveBeenCalledTimes(1);

    // A hundred changes and notices in two seconds.
    vi.clearAllMocks();
    for (let n = 0; n < 100; n++) {
      stream.say('changed', { manifests: [n % 2 === 0 ? 'a' : 'b'], more: false });
      stream.say('notice', { id: `n${n}`, manifest_id: 'c' });
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.mocked(refresh).mock.calls.length).toBeLessThanOrEqual(2);
    expect(vi.mocked(refreshNotices).mock.calls.length).toBeLessThanOrEqual(3);
    expect(new Set(hints.flat())).toEqual(new Set(['a', 'b', 'c']));

    // Too much to name, or nothing that can be read: anything may have changed.
    hints.length = 0;
    stream.say('changed', { manifests: [], more: true });
    stream.say('changed', { manifests: ['a'], more: false });
    await vi.advanceTimersByTimeAsync(10_000);
    stream.dispatchEvent(new MessageEvent('changed', { data: '<html>' }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(hints).toEqual([undefined, undefined]);
  });
});
