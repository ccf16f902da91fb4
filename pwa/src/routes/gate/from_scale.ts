/** Which weighing of the facility's scales belongs to the truck at the gate, and what of it is doubtful. */
import type { Told } from '$lib/api/types';
import type { components } from '$lib/api/schema';
import { samePlate } from '$lib/field/plate';

/** A weighing as the facility's scales reported it. */
export type ScaleWeighing = Told<components['schemas']['WeighingView']>;

/** After this time a weighing may be another visit's. */
export const FRESH_MS = 15 * 60 * 1000;

/** The weighing to take, and why somebody should look twice. */
export interface Taken {
  weighing: ScaleWeighing;
  /** When it was last measured, by the scale's clock. */
  at: string;
  /** The scale read another plate. */
  otherPlate: boolean;
  /** Older than {@link FRESH_MS}. */
  old: boolean;
}

/** The latest weighing of this truck; else one without a plate; else the latest of all, marked. */
export function weighingOf(weighings: readonly ScaleWeighing[], plate: string, now: number): Taken | null {
  const at = ({ gross_at, tare_at, received_at }: ScaleWeighing): string => {
    if (gross_at === null) return tare_at ?? received_at;
    return tare_at !== null && Date.parse(tare_at) > Date.parse(gross_at) ? tare_at : gross_at;
  };
  const latest = weighings.toSorted((a, b) => Date.parse(at(b)) - Date.parse(at(a)));
  const own =
    plate === '' ? undefined : latest.find((each) => each.plate !== null && samePlate(each.plate, plate));
  const weighing = own ?? latest.find((each) => each.plate === null) ?? latest[0];
  if (weighing === undefined) return null;
  return {
    weighing,
    at: at(weighing),
    otherPlate: plate !== '' && weighing.plate !== null && !samePlate(weighing.plate, plate),
    old: now - Date.parse(at(weighing)) > FRESH_MS,
  };
}
