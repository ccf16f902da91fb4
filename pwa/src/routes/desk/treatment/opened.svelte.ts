/** The manifest that a page of treatment is about, and signing something about it. */
import { answer, api } from '$lib/api/client';
import { signAtDesk, type FormFacts } from '$lib/field/save';
import { go } from '$lib/navigation';
import { resource, Task, type Resource } from '$lib/office/resource.svelte';
import type { OfficeManifest } from '$lib/office/types';
import { signal } from '$lib/scanner/signal';
import { whenServerChanged } from '$lib/state/server.svelte';

export class Opened {
  readonly task = new Task();
  readonly resource: Resource<OfficeManifest>;

  constructor(readonly id: string) {
    this.resource = resource(() => answer(api.GET('/api/v1/manifests/{id}', { params: { path: { id } } })));
    whenServerChanged(
      () => this.resource.reload(),
      () => id,
    );
  }

  get manifest(): OfficeManifest | null {
    return this.resource.data;
  }

  /** Signs with this device's key and shows what became of it; `done` runs once it is saved here. */
  sign(kind: 'treatment' | 'closing', facts: FormFacts, done: () => void): Promise<boolean> {
    return this.task.run(async () => {
      const { manifest } = this;
      if (manifest === null) return;
      const saved = await signAtDesk(kind, manifest, facts);
      done();
      signal(true);
      go(`/saved/${saved.id}`, { replace: true });
    });
  }
}
