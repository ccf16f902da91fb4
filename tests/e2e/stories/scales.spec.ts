/** The weighbridge reports by itself: registered at the desk, read at the gate, silent once its token ends. */
import { ends, issued, parties, PLATE } from '../harness/loads';
import { expect, test } from '../harness/test';

interface Reading {
  ticket: string;
  kind: 'gross' | 'tare';
  mass_g: number;
  plate?: string;
  measured_at: string;
}

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

test('a registered scale fills gross and tare at the gate, and says whose and how old its numbers are', async ({
  api,
  device,
  server,
  who,
}) => {
  const people = await parties(api);
  const { facility } = await ends(people);
  const load = await issued(people);
  const desk = await device('office', { kind: 'desk' });
  await desk.signIn(who('facility'));
  await desk.goto(`/desk/sites/${facility.id}`);
  let token = '';
  const post = (...readings: Reading[]) =>
    fetch(`${server.origin}/api/v1/scales/readings`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ readings }),
    });

  await test.step('the desk registers the scale and sees its token once', async () => {
    await desk.get('add-scale').click();
    await desk.get('scale-name').fill('Cân 60 tấn, cổng 1');
    await desk.get('scale-send').click();
    await expect(desk.get('scale-token')).toHaveText(/^[\w-]{43}$/);
    await expect(desk.get('scale-address')).toHaveText(`${server.origin}/api/v1/scales/readings`);
    token = (await desk.get('scale-token').textContent()) ?? '';
    await desk.picture('scale-token', true);
    await desk.get('scale-done').click();
    await expect(desk.get('scale')).toContainText('Cân 60 tấn, cổng 1');
    await expect(desk.page.getByText(token)).toHaveCount(0);
  });

  const gate = await device('gate', { at: facility.centre });
  await gate.signIn(who('facility'));
  await gate.goto(`/gate/arrival/${load.id}`);
  await gate.get('confirm-arrival').click();

  await test.step('nothing yet, then another truck’s number from twenty minutes ago: said, not hidden', async () => {
    await gate.get('from-scale').click();
    await expect(gate.get('scale-none')).toBeVisible();
    const other = {
      ticket: '0006',
      plate: '29H-000.11',
      measured_at: minutesAgo(20),
    };
    expect((await post({ ...other, kind: 'gross', mass_g: 12_000_000 })).status).toBe(200);
    await gate.get('from-scale').click();
    await expect(gate.get('scale-other-plate')).toContainText(PLATE);
    await expect(gate.get('scale-old')).toBeVisible();
    await expect(gate.get('scale-taken')).toContainText('29H-000.11');
    await gate.picture('another-truck', true);
  });

  await test.step('gross as it comes in, tare once it has unloaded', async () => {
    const own = { ticket: '0007', plate: '15C 12345' };
    await post({
      ...own,
      kind: 'gross',
      mass_g: 5_681_000,
      measured_at: minutesAgo(9),
    });
    await gate.get('from-scale').click();
    await expect(gate.get('scale-taken')).toContainText('15C 12345');
    await expect(gate.get('scale-other-plate')).toHaveCount(0);
    await expect(gate.get('scale-old')).toHaveCount(0);
    await expect(gate.get('gross')).toHaveValue('5681');
    await expect(gate.get('tare')).toHaveValue('');
    await post({
      ...own,
      kind: 'tare',
      mass_g: 5_200_000,
      measured_at: minutesAgo(1),
    });
    await gate.get('from-scale').click();
    await expect(gate.get('tare')).toHaveValue('5200');
    await expect(gate.get('ticket')).toHaveValue('0007');
    await expect(gate.get('net')).toContainText('481');
    await gate.picture('from-scale', true);
  });

  await test.step('what is signed says that it came from the scale', async () => {
    await gate.get('share').click();
    await gate.get('confirm-decision').click();
    await expect(gate.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
    const events = await people.facility.items<{
      kind: string;
      weighing: unknown;
    }>(`/manifests/${load.id}/events`);
    const accepted = events.find((event) => event.kind === 'acceptance');
    expect(accepted?.weighing).toMatchObject({
      gross_g: 5_681_000,
      tare_g: 5_200_000,
      net_g: 481_000,
      ticket: '0007',
      source: 'scale',
    });
  });

  await test.step('a token that the desk ends counts no more', async () => {
    await desk.get('scale-revoke').click();
    await desk.get('scale-revoke-send').click();
    await expect(desk.get('scale-revoke')).toHaveCount(0);
    await desk.picture('revoked', true);
    const late = {
      ticket: '0008',
      kind: 'gross',
      mass_g: 1,
      measured_at: minutesAgo(0),
    } as const;
    expect((await post(late)).status).toBe(401);
  });
});

test('without a network the gate types its masses, and says why', async ({ api, device, who }) => {
  const people = await parties(api);
  const { facility } = await ends(people);
  const load = await issued(people);
  const gate = await device('gate', { at: facility.centre });
  await gate.signIn(who('facility'));
  await gate.goto(`/gate/arrival/${load.id}`);
  await gate.get('confirm-arrival').click();
  await expect(gate.get('from-scale')).toBeVisible();
  await gate.armed();
  await gate.offline();
  await gate.get('from-scale').click();
  await expect(gate.get('problem')).toBeVisible();
  await gate.get('gross').fill('5681');
  await gate.get('tare').fill('5200');
  await gate.get('share').click();
  await gate.get('confirm-decision').click();
  await expect(gate.get('saved')).toHaveAttribute('data-progress', 'waiting');
});
