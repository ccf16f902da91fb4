// @vitest-environment node
import { beforeEach, describe, expect, it } from 'vitest';
import { fact, putFact } from './db';
import { writeEvent } from './event_writer';
import { draft, freshPhone, NOW, writerPorts } from './testing';
import { noteStep, stepped, trustedOffset } from './true_time';

const OFFSET = { offset_ms: 1_500, measured_at: '2026-11-23T01:00:00.000Z', uncertainty_ms: 600 };
const MINUTE = 60_000;

beforeEach(async () => {
  await freshPhone();
});

describe('a clock that is set', () => {
  it('is seen against the monotonic one, unless the page may have slept', () => {
    const at = (wall: number, mono: number) => ({ wall, mono });
    expect(stepped(at(0, 0), at(5_000, 5_000), true)).toBe(0);
    expect(stepped(at(0, 0), at(6_500, 5_000), true), 'the network mends a second').toBe(0);
    expect(stepped(at(MINUTE, 0), at(-59 * MINUTE, 5_000), true)).toBe(-60 * MINUTE - 5_000);
    expect(stepped(at(0, 0), at(60 * MINUTE, 5_000), true)).toBe(60 * MINUTE - 5_000);
    expect(stepped(at(0, 0), at(60 * MINUTE, 5_000), false), 'an hour in a pocket').toBe(0);
    expect(stepped(at(0, 0), at(-MINUTE, 5_000), false)).toBe(-MINUTE - 5_000);
  });

  it('takes the offset along, so that an event keeps its true time', async () => {
    await putFact('clock', OFFSET);
    const true_ms = NOW + OFFSET.offset_ms;
    await noteStep(-3_600_000, NOW - 3_600_000);
    const event = await writeEvent(draft(), writerPorts({ now: () => NOW - 3_600_000 }));
    const { clock, event_time } = event.payload;
    expect(Date.parse(event_time) + (clock?.offset_ms ?? 0)).toBe(true_ms);
    expect((await fact('clock_seen'))?.set_at).toBe(NOW - 3_600_000);
  });

  it('back while no page was open makes the offset worthless, and says so', async () => {
    await putFact('clock', OFFSET);
    expect(await trustedOffset(NOW)).toEqual(OFFSET);
    expect(await trustedOffset(NOW - 10 * MINUTE)).toBeNull();
    expect((await fact('clock_seen'))?.set_at).toBe(NOW - 10 * MINUTE);
    const event = await writeEvent(draft(), writerPorts({ now: () => NOW - 9 * MINUTE }));
    expect(event.payload.clock, 'the server goes by the time of sending').toBeUndefined();
  });

  it('forward while no page was open looks like a night in a pocket', async () => {
    await putFact('clock', OFFSET);
    await trustedOffset(NOW);
    expect(await trustedOffset(NOW + 8 * 60 * MINUTE)).toEqual(OFFSET);
    expect((await fact('clock_seen'))?.set_at).toBeNull();
  });
});
