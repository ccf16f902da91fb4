/** Assigns driver and plate to one manifest of a list. */
import { answer, api } from '$lib/api/client';
import { once } from '$lib/office/client';
import { Task } from '$lib/office/resource.svelte';

export class Assignment {
  readonly task = new Task();
  /** Id of the manifest meant. */
  of = '';

  constructor(readonly ondone: () => void) {}

  act = (_act: 'assign', body: { driver_id: string | null; plate: string | null }): Promise<boolean> =>
    this.task.run(async () => {
      const params = { path: { id: this.of }, header: once() };
      await answer(api.POST('/api/v1/manifests/{id}/assign', { params, body }));
      this.ondone();
    });
}
