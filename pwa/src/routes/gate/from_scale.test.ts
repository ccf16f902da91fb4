import { describe, expect, it } from 'vitest';
import { weighingOf, type ScaleWeighing } from './from_scale';

const NOW = Date.parse('2026-11-23T03:00:00Z');
const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

function weighing(ticket: string, plate: string | null, grossAgo: number | null, tareAgo: number | null) {
  const made: ScaleWeighing = {
    scale_id: '0000',
    scale_name: 'Cân 1',
    ticket,
    plate,
    gross_g: grossAgo === null ? null : 9_430_000,
    gross_at: grossAgo === null ? null : minutesAgo(grossAgo),
    tare_g: tareAgo === null ? null : 9_000_000,
    tare_at: tareAgo === null ? null : minutesAgo(tareAgo),
    net_g: grossAgo === null || tareAgo === null ? null : 430_000,
    source: 'scale',
    received_at: minutesAgo(0),
  };
  return made;
}

describe('the weighing of the truck at the gate', () => {
  const other = weighing('3', '29H-000.11', 1, null);
  const bare = weighing('2', null, 20, null);
  const own = weighing('1', '15c 12345', 40, 5);

  it('is the latest of its own plate, however it is written', () => {
    const earlier = weighing('0', '15C-123.45', 300, 290);
    expect(weighingOf([other, bare, earlier, own], '15C-123.45', NOW)).toEqual({
      weighing: own,
      at: own.tare_at,
      otherPlate: false,
      old: false,
    });
  });

  it('may have been made without a plate, and says when it is old', () => {
    const taken = weighingOf([other, bare], '15C-123.45', NOW);
    expect(taken).toMatchObject({ weighing: bare, at: bare.gross_at, otherPlate: false, old: true });
  });

  it('is marked when the scale read another plate', () => {
    expect(weighingOf([other], '15C-123.45', NOW)).toMatchObject({
      weighing: other,
      otherPlate: true,
      old: false,
    });
    expect(weighingOf([other], '', NOW)).toMatchObject({ otherPlate: false });
  });

  it('is fresh to the very quarter of an hour', () => {
    expect(weighingOf([weighing('1', null, null, 15)], '', NOW)).toMatchObject({ old: false });
    expect(weighingOf([weighing('1', null, null, 15.1)], '', NOW)).toMatchObject({ old: true });
    expect(weighingOf([], '', NOW)).toBeNull();
  });
});
