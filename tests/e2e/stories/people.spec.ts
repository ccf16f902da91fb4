/** Getting in: languages, refusals that help, an invitation that makes a new driver. */
import { issued, parties } from '../harness/loads';
import { expect, test } from '../harness/test';

test('the sign-in page speaks three languages and remembers the choice', async ({ device }) => {
  const phone = await device('visitor');
  await phone.goto('/');
  await expect(phone.page.getByRole('button', { name: 'Đăng nhập' })).toBeVisible();
  await phone.picture('vietnamese');
  await phone.get('language').click();
  await expect(phone.page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await phone.restart('/');
  await expect(phone.page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await phone.picture('english');
  await phone.get('language').click();
  await expect(phone.page.getByRole('button', { name: '로그인' })).toBeVisible();
  await phone.picture('korean');
  await phone.get('language').click();
  await expect(phone.page.getByRole('button', { name: 'Đăng nhập' })).toBeVisible();
});

test('a wrong password, an unknown login and too many tries say the same and what to do', async ({
  device,
  who,
}) => {
  const phone = await device('stranger');
  phone.forgive(/status of (401|429)/);
  const told: string[] = [];
  for (const login of [who('generator', true).login, 'nobody@demo.example']) {
    await phone.goto('/login');
    await phone.get('login').fill(login);
    await phone.get('secret').fill('not-the-secret');
    await phone.get('login-submit').click();
    await expect(phone.get('problem')).toBeVisible();
    told.push(await phone.get('problem').innerText());
  }
  expect(told[0]).toBe(told[1]);
  await phone.picture('refused');
  for (let tries = 0; tries < 12; tries += 1) {
    await phone.get('secret').fill(`not-the-secret-${tries}`);
    await phone.get('login-submit').click();
    await expect(phone.get('login-submit')).toBeEnabled();
    if ((await phone.get('problem').innerText()) !== told[0]) break;
  }
  expect(await phone.get('problem').innerText()).not.toBe(told[0]);
  await phone.picture('delayed');
});

test('a dispatcher invites a driver, who enrols a phone and finds the trip assigned to him', async ({
  api,
  device,
  who,
  camera,
}) => {
  const people = await parties(api);
  const desk = await device('dispatcher', { kind: 'desk' });
  await desk.signIn(who('carrier'));
  await desk.goto('/desk/people');
  await desk.get('add-person').click();
  await desk.get('person-name').fill('Lái xe mới');
  await desk.get('person-phone').fill('0900000777');
  await desk.picture('new-driver');
  await desk.get('person-send').click();
  await expect(desk.get('person-dialog')).toBeHidden();
  const code = (await desk.get('invitation-code').innerText()).trim();
  await expect(desk.get('invitation-qr')).toBeVisible();
  await desk.picture('invitation');

  const phone = await device('new-driver', { at: { lat: 20.9152, lon: 106.6342 } });
  await camera.show({ png: await desk.get('invitation-qr').screenshot() });
  await phone.goto('/enrol');
  await phone.get('enrol-scan').click();
  await expect(phone.get('enrol-code')).toHaveValue(code, { timeout: 20_000 });
  await camera.showNothing();
  await phone.get('enrol-pin').fill('123456');
  await phone.get('enrol-pin-again').fill('123456');
  await phone.get('enrol-submit').click();
  await expect(phone.get('enrol-pin')).toHaveAttribute('aria-invalid', 'true');
  await phone.picture('weak-pin', true);
  await phone.get('enrol-pin').fill('830264');
  await phone.get('enrol-pin-again').fill('830264');
  await phone.get('enrol-submit').click();
  await phone.page.waitForURL(/\/driver$/);
  await phone.picture('first-look');

  const load = await issued(people);
  await desk.goto(`/desk/manifests/${load.id}`);
  await desk.get('act-assign').click();
  await desk.get('assign-driver').selectOption({ label: 'Lái xe mới' });
  await desk.get('assign-send').click();
  await expect(desk.get('assign-dialog')).toBeHidden();
  await phone.get('refresh-pack').click();
  await expect(phone.load(load.id)).toBeVisible();
  await phone.goto(`/driver/pickup/${load.id}`);
  await phone.get('confirmation-none').check();
  await phone.get('confirm-pickup').click();
  await expect(phone.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });

  // The code was for one phone: a second one is refused and told so.
  const second = await device('second-phone');
  second.forgive(/status of 4\d\d/);
  await second.goto(`/enrol#${code}`);
  await second.get('enrol-pin').fill('830264');
  await second.get('enrol-pin-again').fill('830264');
  await second.get('enrol-submit').click();
  await expect(second.get('enrol-code')).toHaveAttribute('aria-invalid', 'true');
  await second.picture('code-spent', true);
});
