import { describe, expect, it } from 'vitest';
import type { WasteLine } from '$lib/api/types';
import { Receiving } from './receiving.svelte';

const lines = [
  { line: 1, declared_mass_g: 481_000 },
  { line: 3, declared_mass_g: 120_000 },
] as WasteLine[];
const receiving = () => new Receiving(() => lines);

describe('weighing and deciding', () => {
  it('shares the net over the lines to the gram and accepts it', () => {
    const form = receiving();
    form.gross = '8000,5';
    form.tare = '7500';
    form.share();
    expect(form.net).toBe(500_500);
    expect(form.sum).toBe(500_500);
    expect(form.errors).toEqual({});
    expect(form.eventLines.map(({ line, refused_g }) => [line, refused_g])).toEqual([
      [1, 0],
      [3, 0],
    ]);
    expect(form.weighing).toMatchObject({
      gross_g: 8_000_500,
      tare_g: 7_500_000,
      net_g: 500_500,
      source: 'scale',
    });
  });

  it('does without a truck scale', () => {
    const form = receiving();
    form.received = { 1: '430,5', 3: '120' };
    expect(form.errors).toEqual({});
    expect(form.weighing).toBeUndefined();
    expect(form.sum - form.declared).toBe(-50_500);
  });

  it('names every field that is wrong at once', () => {
    const form = receiving();
    form.gross = '100';
    form.tare = '200';
    form.received = { 1: 'x' };
    form.decision = 'rejection';
    expect(Object.keys(form.errors).sort()).toEqual([
      'lines[1].mass_g',
      'lines[3].mass_g',
      'reason',
      'weighing.tare_g',
    ]);
  });

  it('keeps accepted plus refused equal to received', () => {
    const form = receiving();
    form.received = { 1: '430,5', 3: '120' };
    form.decision = 'partial_acceptance';
    form.reason = 'Thùng rò rỉ';
    expect(form.errors['refused']).toBeDefined();
    form.refused = { 1: '30,001' };
    expect(form.errors).toEqual({});
    expect(form.accepted).toBe(520_499);
    form.refused = { 1: '431' };
    expect(form.errors['lines[1].refused_g']).toBeDefined();
    form.refused = { 1: '430,5', 3: '120' };
    expect(form.errors['refused']).toBeDefined();
  });

  it('refuses everything at a rejection', () => {
    const form = receiving();
    form.received = { 1: '430,5', 3: '120' };
    form.decision = 'rejection';
    form.reason = 'Sai mã chất thải';
    expect(form.errors).toEqual({});
    expect(form.accepted).toBe(0);
    expect(form.eventLines).toEqual([
      { line: 1, mass_g: 430_500, refused_g: 430_500 },
      { line: 3, mass_g: 120_000, refused_g: 120_000 },
    ]);
  });

  it('notices lines that do not add up to the scale', () => {
    const form = receiving();
    form.gross = '1000';
    form.tare = '400';
    form.share();
    form.received = { ...form.received, 1: '1' };
    expect(form.errors['lines']).toBeDefined();
  });

  it('takes a weighing as the scale made it, and mixes no two tickets', () => {
    const form = receiving();
    form.tare = '5000';
    form.takeFromScale({ gross_g: 5_681_000, tare_g: null, ticket: '7' });
    expect([form.gross, form.tare, form.ticket, form.source]).toEqual(['5681', '5000', '7', 'scale']);
    form.takeFromScale({ gross_g: 5_681_000, tare_g: 5_200_000, ticket: '7' });
    expect(form.net).toBe(481_000);
    form.takeFromScale({ gross_g: 9_000_000, tare_g: null, ticket: '8' });
    expect([form.gross, form.tare, form.ticket]).toEqual(['9000', '', '8']);
  });
});
