/** The declaration as it is being typed: texts, their problems by field path, and the document they make. */
import type { FieldError, MassBasis, PhysicalState } from '$lib/api/types';
import { m } from '$lib/i18n';
import { kilogramsToType } from '$lib/i18n/format';
import { fieldText } from '$lib/i18n/problems';
import { fromInput, nextHour, toInput } from '$lib/office/hanoi';
import { readMass } from '$lib/office/mass';
import type { Declaration, OfficeManifest, OfficeWasteCode, TreatmentMethod } from '$lib/office/types';
import { wasteCode } from '$lib/office/waste_code';

export const STEPS = ['parties', 'waste', 'trip', 'review'] as const;
export type Step = (typeof STEPS)[number];

/** Something picked from the registry: its id and how it is called. */
export interface Picked {
  id: string;
  label: string;
}

let keys = 0;

/** A line as it is kept while it is being typed. */
export type TypedLine = Omit<LineForm, 'key' | 'take' | 'asTyped'>;

/** The declaration as it is kept while it is being typed. */
export type TypedDeclaration = Pick<
  DeclarationForm,
  | 'generatorSite'
  | 'carrier'
  | 'facilitySite'
  | 'plates'
  | 'driverId'
  | 'pickupAt'
  | 'deliveryAt'
  | 'routeId'
  | 'drawnRoute'
> & { lines: TypedLine[] };

/** One line as typed. */
export class LineForm {
  readonly key = ++keys;
  code = $state('');
  name = $state('');
  /** False until the code was compared with the official list. */
  checked = $state(true);
  /** The list does not have the code: its name is typed. */
  unlisted = $state(false);
  physicalState = $state<PhysicalState | ''>('');
  mass = $state('');
  basis = $state<MassBasis>('estimated');
  packagingKind = $state('drum');
  packagingCount = $state('1');
  method = $state('');

  asTyped(): TypedLine {
    const { code, name, checked, unlisted, physicalState, mass, basis } = this;
    const { packagingKind, packagingCount, method } = this;
    return {
      ...{ code, name, checked, unlisted, physicalState, mass, basis },
      ...{ packagingKind, packagingCount, method },
    };
  }

  /** Takes a code of the list; its usual state is offered when it has only one. */
  take(found: OfficeWasteCode): void {
    this.code = found.code;
    this.name = found.name_vi;
    this.checked = found.checked;
    this.unlisted = found.name_vi === '';
    const usual = usualState(found.physical_states ?? '');
    if (this.physicalState === '' && usual !== null) this.physicalState = usual;
  }
}

function usualState(states: string): PhysicalState | null {
  const words: [string, PhysicalState][] = [
    ['rắn', 'solid'],
    ['lỏng', 'liquid'],
    ['bùn', 'sludge'],
  ];
  const found = words.filter(([word]) => states.toLowerCase().includes(word));
  return found.length === 1 ? (found[0]?.[1] ?? null) : null;
}

export class DeclarationForm {
  generatorSite = $state.raw<Picked | null>(null);
  carrier = $state.raw<Picked | null>(null);
  facilitySite = $state.raw<Picked | null>(null);
  plates = $state<string[]>(['']);
  driverId = $state('');
  pickupAt = $state('');
  deliveryAt = $state('');
  routeId = $state('');
  /** A drawn route of a draft made elsewhere: kept as it is unless another is chosen. */
  drawnRoute = $state.raw<Exclude<Declaration['route'], { route_id: string } | null> | null>(null);
  lines = $state<LineForm[]>([new LineForm()]);
  errors = $state.raw<FieldError[]>([]);

  constructor(nowMs: number) {
    this.pickupAt = toInput(nextHour(nowMs));
    this.deliveryAt = toInput(nextHour(nowMs, 4));
  }

  /** What was typed so far. */
  asTyped(): TypedDeclaration {
    const { generatorSite, carrier, facilitySite, driverId, pickupAt, deliveryAt, routeId, drawnRoute } =
      this;
    return {
      ...{ generatorSite, carrier, facilitySite, driverId, pickupAt, deliveryAt, routeId, drawnRoute },
      plates: [...this.plates],
      lines: this.lines.map((line) => line.asTyped()),
    };
  }

  /** Takes up what was typed before. */
  restore({ lines, ...typed }: TypedDeclaration): void {
    Object.assign(this, typed);
    this.lines = lines.map((line) => Object.assign(new LineForm(), line));
  }

  /** Text of the problem at a field path, or empty. */
  errorAt = (path: string): string => {
    const found = this.errors.find((error) => error.path === path);
    return found === undefined ? '' : fieldText(found);
  };

  /** Takes the problem of a field away once it is being mended. */
  mended = (path: string): void => {
    if (this.errors.some((error) => error.path === path)) {
      this.errors = this.errors.filter((error) => error.path !== path);
    }
  };

  /** Removes a line; problems of lines move up with them. */
  removeLine(index: number): void {
    this.lines.splice(index, 1);
    this.errors = this.errors.flatMap((error) => {
      const found = /^lines\[(\d+)\](.*)$/.exec(error.path);
      if (found === null) return [error];
      const at = Number(found[1]);
      if (at === index) return [];
      return [at < index ? error : { ...error, path: `lines[${at - 1}]${found[2] ?? ''}` }];
    });
  }

  /** What can be said without the server, by the same paths and codes. */
  check(): FieldError[] {
    const missing = (path: string): FieldError => ({ path, code: 'required' });
    const wrong = (path: string): FieldError => ({ path, code: 'out_of_range' });
    const errors: FieldError[] = [];
    if (this.generatorSite === null) errors.push(missing('generator_site_id'));
    if (this.carrier === null) errors.push(missing('carrier_id'));
    if (this.facilitySite === null) errors.push(missing('facility_site_id'));
    if (fromInput(this.pickupAt) === null) errors.push(missing('planned_pickup_at'));
    if (fromInput(this.deliveryAt) === null) errors.push(missing('planned_delivery_at'));
    this.lines.forEach((line, index) => {
      const at = (field: string) => `lines[${index}].${field}`;
      if (line.code.trim() === '') errors.push(missing(at('waste_code')));
      else if (wasteCode(line.code) === null) errors.push({ path: at('waste_code'), code: 'bad_format' });
      else if (line.name.trim() === '') errors.push(missing(at('name')));
      if (line.physicalState === '') errors.push(missing(at('physical_state')));
      const mass = readMass(line.mass);
      if (mass.kind === 'empty') errors.push(missing(at('declared_mass_g')));
      else if (mass.kind === 'ambiguous')
        errors.push({ ...wrong(at('declared_mass_g')), code: 'ambiguous', message: m.mass_twofold() });
      else if (mass.kind === 'unreadable') errors.push(wrong(at('declared_mass_g')));
      if (!/^\d{1,6}$/.test(line.packagingCount.trim())) errors.push(wrong(at('packaging.count')));
      if (line.method === '') errors.push(missing(at('treatment_method')));
    });
    return errors;
  }

  /** The document; only after {@link check} found nothing. */
  document(): Declaration {
    return {
      generator_site_id: this.generatorSite?.id ?? '',
      carrier_id: this.carrier?.id ?? '',
      facility_site_id: this.facilitySite?.id ?? '',
      plates: this.plates.map((plate) => plate.trim()).filter((plate) => plate !== ''),
      driver_id: this.driverId === '' ? null : this.driverId,
      planned_pickup_at: fromInput(this.pickupAt) ?? '',
      planned_delivery_at: fromInput(this.deliveryAt) ?? '',
      route: this.routeId === '' ? this.drawnRoute : { route_id: this.routeId },
      lines: this.lines.map((line) => {
        const mass = readMass(line.mass);
        return {
          waste_code: wasteCode(line.code) ?? line.code,
          name: line.name.trim() === '' ? null : line.name.trim(),
          physical_state: line.physicalState === '' ? 'solid' : line.physicalState,
          declared_mass_g: mass.kind === 'grams' ? mass.grams : 0,
          mass_basis: line.basis,
          packaging: { kind: line.packagingKind, count: Number(line.packagingCount) },
          treatment_method: line.method as TreatmentMethod,
        };
      }),
    };
  }

  /** Fills the form from a manifest; as a template the times stay those of a new one. */
  fill(manifest: OfficeManifest, asTemplate: boolean): void {
    const { generator, carrier, facility } = manifest;
    const site = (party: typeof generator): Picked | null =>
      party.site_id ? { id: party.site_id, label: `${party.site_name ?? ''} · ${party.name}` } : null;
    this.generatorSite = site(generator);
    this.carrier = { id: carrier.organisation_id, label: carrier.name };
    this.facilitySite = site(facility);
    this.plates = manifest.plates.length > 0 ? [...manifest.plates] : [''];
    this.driverId = manifest.driver?.id ?? '';
    this.routeId = manifest.route?.route_id ?? '';
    const { route } = manifest;
    this.drawnRoute =
      route !== null && !route.route_id ? { geometry: route.geometry, corridor_m: route.corridor_m } : null;
    if (!asTemplate) {
      this.pickupAt = toInput(manifest.planned_pickup_at);
      this.deliveryAt = toInput(manifest.planned_delivery_at);
    }
    this.lines = manifest.lines.map((line) => {
      const form = new LineForm();
      form.code = line.waste_code;
      form.name = line.waste_name;
      form.checked = line.checked;
      form.unlisted = !line.checked;
      form.physicalState = line.physical_state;
      form.mass = kilogramsToType(line.declared_mass_g);
      form.basis = line.mass_basis;
      form.packagingKind = line.packaging?.kind ?? 'bulk';
      form.packagingCount = String(line.packaging?.count ?? 1);
      form.method = line.treatment_method ?? '';
      return form;
    });
  }
}

/** The step on which a field stands. */
export function stepOf(path: string): Step {
  if (path.startsWith('lines')) return 'waste';
  return ['generator_site_id', 'carrier_id', 'facility_site_id'].includes(path) ? 'parties' : 'trip';
}
