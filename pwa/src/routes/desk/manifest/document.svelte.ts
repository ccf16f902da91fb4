/** One manifest with its events, from the server or, without a network, from the copy kept on this phone. */
import type { Manifest } from '$lib/api/types';
import { answer, api } from '$lib/api/client';
import { ApiProblem, Unreachable } from '$lib/api/problem';
import { findCopy, keepCopy } from '$lib/local/copies';
import { once } from '$lib/office/client';
import { Resource, Task } from '$lib/office/resource.svelte';
import type { OfficeEvent, OfficeManifest } from '$lib/office/types';

interface Loaded {
  manifest: OfficeManifest;
  events: OfficeEvent[];
  /** Phone time when the copy was kept; null when the server answered just now. */
  keptAt: number | null;
}

export type Act = 'propose' | 'approve' | 'void' | 'assign' | 'confirm';

export class ManifestDocument {
  readonly resource: Resource<Loaded>;
  readonly task = new Task();
  /** Phone time when copy 3 was kept, if it was. */
  copyAt = $state<number | null>(null);

  constructor(
    readonly id: string,
    readonly personId: string,
  ) {
    this.resource = new Resource(() => this.#load());
  }

  async #load(): Promise<Loaded> {
    const params = { params: { path: { id: this.id } } };
    const copy = await findCopy(this.personId, this.id);
    this.copyAt = copy?.saved_at ?? null;
    try {
      const [manifest, events] = await Promise.all([
        answer(api.GET('/api/v1/manifests/{id}', params)),
        answer(api.GET('/api/v1/manifests/{id}/events', params)).catch(nothingYet),
      ]);
      return { manifest, events: events.items, keptAt: null };
    } catch (error) {
      if (error instanceof Unreachable && copy !== null) {
        return { manifest: copy.manifest as OfficeManifest, events: [], keptAt: copy.saved_at };
      }
      throw error;
    }
  }

  /** Does one thing to the manifest and shows what the server answered. */
  act = (act: Act, body?: Record<string, unknown>): Promise<boolean> => {
    const options = { params: { path: { id: this.id }, header: once() }, body } as never;
    return this.task.run(async () => {
      const manifest = await answer(api.POST(`/api/v1/manifests/{id}/${act}`, options));
      this.resource.put({ manifest, events: this.resource.data?.events ?? [], keptAt: null });
      await this.resource.reload();
    });
  };

  /** Keeps the document on this phone. */
  keep = async (manifest: OfficeManifest): Promise<void> => {
    const copy = await keepCopy(this.personId, $state.snapshot(manifest) as Manifest, Date.now());
    this.copyAt = copy.saved_at;
  };
}

/** Drafts have no events, and some readers may not see them: the document itself still shows. */
function nothingYet(error: unknown): { items: OfficeEvent[] } {
  if (error instanceof ApiProblem && error.problem.status < 500) return { items: [] };
  throw error;
}
