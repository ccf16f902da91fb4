import { expect, it } from 'vitest';
import { checklistOf, KIT, readChecklist, unansweredKit } from './kit';

it('starts unanswered, and what nobody looked at is never recorded as in order', () => {
  const kit = unansweredKit();
  expect(KIT.map((item) => kit[item].answer)).toEqual(KIT.map(() => ''));
  expect(checklistOf(kit)).toEqual(KIT.map((item) => ({ item, ok: null, note: null })));
});

it('says of each item what was answered, and why it failed', () => {
  const kit = unansweredKit();
  kit.phone.answer = 'ok';
  kit.phone.note = 'left over from before it was mended';
  kit.warning_signs = { answer: 'failed', note: ' thiếu bên trái ' };
  kit.gps_on.answer = 'unseen';
  const list = checklistOf(kit).filter(({ item }) => ['phone', 'warning_signs', 'gps_on'].includes(item));
  expect(list).toEqual([
    { item: 'phone', ok: true, note: null },
    { item: 'warning_signs', ok: false, note: 'thiếu bên trái' },
    { item: 'gps_on', ok: null, note: null },
  ]);
});

it('reads any checklist that an event carries', () => {
  expect(readChecklist(null)).toEqual([]);
  expect(readChecklist({ checklist: 'no' })).toEqual([]);
  expect(readChecklist({ checklist: [null, { ok: true }, { item: 'new', ok: 1 }] })).toEqual([
    { item: 'new', ok: null, note: null },
  ]);
});
