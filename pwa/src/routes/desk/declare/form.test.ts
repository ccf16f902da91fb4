import { describe, expect, it } from 'vitest';
import type { OfficeManifest } from '$lib/office/types';
import { DeclarationForm, stepOf } from './form.svelte';

const NOW = Date.parse('2026-11-23T01:10:00Z');

function filled(): DeclarationForm {
  const form = new DeclarationForm(NOW);
  form.generatorSite = { id: 'g', label: 'Kho' };
  form.carrier = { id: 'c', label: 'Vận tải' };
  form.facilitySite = { id: 'f', label: 'Nhà máy' };
  const [line] = form.lines;
  if (line === undefined) throw new Error('a form starts with a line');
  line.take({
    code: '17 02 03',
    name_vi: 'Dầu thải',
    physical_states: 'Lỏng',
    checked: false,
  });
  line.mass = '1.234,5';
  line.method = 'TC';
  return form;
}

describe('the declaration form', () => {
  it('makes the document of the contract', () => {
    const form = filled();
    form.plates = [' 15C-123.45 ', ''];
    expect(form.check()).toEqual([]);
    expect(form.document()).toEqual({
      generator_site_id: 'g',
      carrier_id: 'c',
      facility_site_id: 'f',
      plates: ['15C-123.45'],
      driver_id: null,
      planned_pickup_at: '2026-11-23T09:00:00+07:00',
      planned_delivery_at: '2026-11-23T13:00:00+07:00',
      route: null,
      lines: [
        {
          waste_code: '17 02 03',
          name: 'Dầu thải',
          physical_state: 'liquid',
          declared_mass_g: 1_234_500,
          mass_basis: 'estimated',
          packaging: { kind: 'drum', count: 1 },
          treatment_method: 'TC',
        },
      ],
    });
  });

  it('names every missing field at once, by the paths of the server', () => {
    const form = new DeclarationForm(NOW);
    form.deliveryAt = '';
    expect(form.check().map((error) => error.path)).toEqual([
      'generator_site_id',
      'carrier_id',
      'facility_site_id',
      'planned_delivery_at',
      'lines[0].waste_code',
      'lines[0].physical_state',
      'lines[0].declared_mass_g',
      'lines[0].treatment_method',
    ]);
  });

  it('does not guess an ambiguous mass', () => {
    const form = filled();
    const [line] = form.lines;
    if (line !== undefined) line.mass = '1.000';
    expect(form.check()).toMatchObject([{ path: 'lines[0].declared_mass_g', code: 'ambiguous' }]);
    form.errors = form.check();
    expect(form.errorAt('lines[0].declared_mass_g')).toBe('có thể hiểu hai cách');
  });

  it('moves the problems of later lines up when one is removed', () => {
    const form = filled();
    form.errors = [
      { path: 'lines[0].name', code: 'required' },
      { path: 'lines[2].name', code: 'too_long' },
      { path: 'plates[0]', code: 'bad_format' },
    ];
    form.removeLine(0);
    expect(form.errors.map((error) => error.path)).toEqual(['lines[1].name', 'plates[0]']);
  });

  it('takes an earlier manifest as a template, with new times', () => {
    const form = new DeclarationForm(NOW);
    const party = (name: string) => ({
      organisation_id: name,
      name,
      site_id: `site-${name}`,
      site_name: `Kho ${name}`,
    });
    form.fill(
      {
        generator: party('A'),
        carrier: party('B'),
        facility: party('C'),
        plates: ['15C-123.45'],
        driver: null,
        route: null,
        planned_pickup_at: '2025-01-01T00:00:00Z',
        planned_delivery_at: '2025-01-01T00:00:00Z',
        lines: [
          {
            line: 1,
            waste_code: '17 02 03',
            waste_name: 'Dầu thải',
            checked: true,
            physical_state: 'liquid',
            declared_mass_g: 430_500,
            mass_basis: 'measured',
            packaging: { kind: 'drum', count: 4 },
            treatment_method: 'TC',
          },
        ],
      } as unknown as OfficeManifest,
      true,
    );
    expect(form.check()).toEqual([]);
    expect(form.document().planned_pickup_at).toBe('2026-11-23T09:00:00+07:00');
    expect(form.document().lines[0]?.declared_mass_g).toBe(430_500);
  });

  it('knows the step of every field', () => {
    expect(['lines[3].name', 'lines', 'carrier_id', 'plates[1]', 'route'].map(stepOf)).toEqual([
      'waste',
      'waste',
      'parties',
      'trip',
      'trip',
    ]);
  });
});
