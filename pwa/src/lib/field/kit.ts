/** The vehicle's kit (TT 02/2022 Art. 37(4)) as the inspector's checklist: what is asked, and what was answered. */
import { m } from '$lib/i18n';

export const KIT = [
  'fire_fighting',
  'absorbent',
  'first_aid',
  'phone',
  'warning_signs',
  'closed_body',
  'name_and_phone',
  'gps_on',
] as const;
export type KitItem = (typeof KIT)[number];

/** An item as the form holds it: unanswered until the inspector says so. */
export interface KitAnswer {
  answer: '' | 'ok' | 'failed' | 'unseen';
  note: string;
}

/** An item as the event says it; `ok` is null when nobody looked. */
export interface CheckedItem {
  item: string;
  ok: boolean | null;
  note: string | null;
}

const LABELS: Record<KitItem, () => string> = {
  fire_fighting: m.kit_fire_fighting,
  absorbent: m.kit_absorbent,
  first_aid: m.kit_first_aid,
  phone: m.kit_phone,
  warning_signs: m.kit_warning_signs,
  closed_body: m.kit_closed_body,
  name_and_phone: m.kit_name_and_phone,
  gps_on: m.kit_gps_on,
};

/** An item's name; one of a newer list shows its code. */
export function kitLabel(item: string): string {
  return (LABELS as Partial<Record<string, () => string>>)[item]?.() ?? item;
}

export function unansweredKit(): Record<KitItem, KitAnswer> {
  const empty = (): KitAnswer => ({ answer: '', note: '' });
  return Object.fromEntries(KIT.map((item) => [item, empty()])) as Record<KitItem, KitAnswer>;
}

const OUTCOME: Record<KitAnswer['answer'], boolean | null> = {
  ok: true,
  failed: false,
  unseen: null,
  '': null,
};

/** The checklist of the event: every item, none taken for granted. */
export function checklistOf(kit: Record<KitItem, KitAnswer>): CheckedItem[] {
  return KIT.map((item) => {
    const { answer, note } = kit[item];
    const said = answer === 'failed' && note.trim() !== '' ? note.trim() : null;
    return { item, ok: OUTCOME[answer], note: said };
  });
}

/** The checklist in an event's details, whoever wrote it; empty when there is none. */
export function readChecklist(details: unknown): CheckedItem[] {
  const list = (details as { checklist?: unknown } | null)?.checklist;
  if (!Array.isArray(list)) return [];
  return list.flatMap((each: Partial<CheckedItem> | null) =>
    typeof each?.item === 'string'
      ? [
          {
            item: each.item,
            ok: typeof each.ok === 'boolean' ? each.ok : null,
            note: typeof each.note === 'string' ? each.note : null,
          },
        ]
      : [],
  );
}
