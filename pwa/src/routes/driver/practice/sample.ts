/** The made-up load of the practice: it exists nowhere else and can go nowhere. */
import { m } from '$lib/i18n';
import type { PickupSubject } from '../pickup_form.svelte';

/** What the made-up storekeeper reads out. */
export const SAMPLE_CODE = '135 790';

export function sampleLoad(): PickupSubject & { number: string } {
  const number = m.practice_number();
  return {
    number,
    plates: ['15C-000.01'],
    plate: '15C-000.01',
    manifest: {
      number,
      confirmed: null,
      qr: null,
      generator: {
        name: m.practice_generator(),
        organisation_id: '',
        phone: '',
        province_code: null,
        site_id: null,
        site_name: m.practice_store(),
      },
      lines: [
        {
          line: 1,
          waste_code: '17 02 03',
          waste_name: m.practice_waste(),
          checked: true,
          physical_state: 'liquid',
          mass_basis: 'estimated',
          packaging: { kind: 'drum', count: 4 },
          treatment_method: 'TC',
          declared_mass_g: 481_000,
          loaded_mass_g: null,
          received_mass_g: null,
          refused_mass_g: null,
          treated_mass_g: null,
          stock_mass_g: null,
          treatments: [],
        },
      ],
    },
  };
}
