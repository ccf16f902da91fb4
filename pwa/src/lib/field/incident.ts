/** What can go wrong on the way, and whom it calls for at once. */
import { m } from '$lib/i18n';

export const INCIDENTS = ['spill', 'fire', 'crash', 'theft', 'breakdown', 'road', 'other'] as const;
export type IncidentType = (typeof INCIDENTS)[number];

const LABELS: Record<IncidentType, () => string> = {
  spill: m.incident_spill,
  fire: m.incident_fire,
  crash: m.incident_crash,
  theft: m.incident_theft,
  breakdown: m.incident_breakdown,
  road: m.incident_road,
  other: m.incident_other,
};

export function incidentLabel(type: IncidentType): string {
  return LABELS[type]();
}

/** The type in the details of an event; null for what is none, or one that this build does not know. */
export function incidentType(details: Readonly<Record<string, unknown>> | undefined): IncidentType | null {
  return INCIDENTS.find((type) => type === details?.['type']) ?? null;
}

/** A number of the national emergency services. */
export interface Emergency {
  /** As it is dialled anywhere in the country. */
  number: string;
  label: () => string;
}

const POLICE: Emergency = { number: '113', label: m.emergency_police };
const FIRE: Emergency = { number: '114', label: m.emergency_fire };
const AMBULANCE: Emergency = { number: '115', label: m.emergency_ambulance };

const CALLS: Record<IncidentType, readonly Emergency[]> = {
  spill: [FIRE, AMBULANCE],
  fire: [FIRE, AMBULANCE],
  crash: [AMBULANCE, POLICE, FIRE],
  theft: [POLICE],
  breakdown: [],
  road: [],
  other: [],
};

/** Who is to be called before anything is typed, most urgent first. */
export function emergencies(type: IncidentType | null): readonly Emergency[] {
  return type === null ? [] : CALLS[type];
}
