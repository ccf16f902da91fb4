/** A declaration on its way to the server: opened, filled, checked, kept as a draft, proposed. */
import { answer, api } from '$lib/api/client';
import { ApiProblem } from '$lib/api/problem';
import type { RoleHeld } from '$lib/api/types';
import { once } from '$lib/office/client';
import { siteLabel } from '$lib/office/find';
import { Task } from '$lib/office/resource.svelte';
import { go } from '$lib/navigation';
import { DeclarationForm, STEPS, stepOf, type Step, type TypedDeclaration } from './form.svelte';

/** A declaration in the making as it is kept on this device. */
export interface TypedDraft {
  /** Of the manifest that it changes; 0 for a new one. */
  version: number;
  step: Step;
  form: TypedDeclaration;
}

export class Draft {
  readonly form = new DeclarationForm(Date.now());
  readonly opening = new Task();
  readonly saving = new Task();
  step = $state<Step>('parties');
  ready = $state(false);
  /** Called once the server holds it. */
  onsaved: () => void = () => undefined;
  #version = 0;
  /** The manifest once the server holds it: a second press changes it instead of making another. */
  #id: string | null;
  /** Sent again with the same document if the first answer was lost. */
  #key = once();

  constructor(
    id: string | null,
    readonly template: string | null,
    readonly acting: RoleHeld | null,
    /** With the template as it is: everything is filled in, only the look at it is left. */
    readonly asBefore = false,
  ) {
    this.#id = id;
  }

  open = async (): Promise<void> => {
    this.ready = await this.opening.run(async () => {
      const from = this.#id ?? this.template;
      if (from === null) return this.#preset();
      const manifest = await answer(api.GET('/api/v1/manifests/{id}', { params: { path: { id: from } } }));
      this.form.fill(manifest, this.#id === null);
      this.#version = manifest.version ?? 0;
      if (this.#id === null) this.step = this.asBefore ? 'review' : 'waste';
    });
  };

  /** Fills in what there is no choice about: the own organisation, its only site. */
  async #preset(): Promise<void> {
    const { acting, form } = this;
    if (acting === null) return;
    if (acting.role === 'carrier') {
      form.carrier = { id: acting.organisation_id, label: acting.organisation_name ?? '' };
      return;
    }
    if (acting.role !== 'generator' && acting.role !== 'facility') return;
    const query = { kind: acting.role, organisation_id: acting.organisation_id, limit: 2 };
    const { items } = await answer(api.GET('/api/v1/sites', { params: { query } }));
    const [only] = items;
    if (only === undefined || items.length > 1) return;
    const picked = { id: only.id, label: siteLabel(only) };
    if (acting.role === 'generator') form.generatorSite = picked;
    else form.facilitySite = picked;
  }

  /** What was typed so far, and where. */
  asTyped = (): TypedDraft => ({ version: this.#version, step: this.step, form: this.form.asTyped() });

  /** Takes up what was typed before, unless somebody changed the manifest meanwhile. False when it does not fit. */
  restore = ({ version, step, form }: TypedDraft): boolean => {
    if (version !== this.#version) return false;
    this.form.restore(form);
    this.step = step;
    return true;
  };

  goto = (step: Step): void => {
    this.step = step;
    scrollTo({ top: 0 });
  };

  previous = (): void => {
    const at = STEPS.indexOf(this.step);
    this.goto(STEPS[Math.max(0, at - 1)] ?? 'parties');
  };

  /** On to the next step, unless something on this one is missing. */
  next = (): void => {
    const here = this.form.check().filter((error) => stepOf(error.path) === this.step);
    const others = this.form.errors.filter((error) => stepOf(error.path) !== this.step);
    this.form.errors = [...others, ...here];
    if (here.length > 0) return focusFirst(here[0]?.path);
    this.goto(STEPS[STEPS.indexOf(this.step) + 1] ?? 'review');
  };

  /** Keeps the draft; with `propose` sends it to the other side at once. */
  save = async (propose: boolean): Promise<void> => {
    const missing = this.form.check();
    this.form.errors = missing;
    if (missing.length > 0) return this.#showFirst();
    const sent = await this.saving.run(async () => {
      const id = await this.#keep();
      if (propose) {
        await answer(
          api.POST('/api/v1/manifests/{id}/propose', { params: { path: { id }, header: once() } }),
        );
      }
      this.onsaved();
      go(`/desk/manifests/${id}`, { replace: true });
    });
    const problem = this.saving.error;
    if (!sent && problem instanceof ApiProblem) {
      this.form.errors = problem.problem.errors ?? [];
      this.#key = once();
      this.#showFirst();
    }
  };

  async #keep(): Promise<string> {
    const body = this.form.document();
    const id = this.#id;
    const kept =
      id === null
        ? await answer(api.POST('/api/v1/manifests', { params: { header: this.#key }, body }))
        : await answer(
            api.PATCH('/api/v1/manifests/{id}', {
              params: { path: { id }, header: { 'If-Match': `"${this.#version}"` } },
              body,
            }),
          );
    this.#id = kept.id;
    this.#version = kept.version ?? this.#version;
    return kept.id;
  }

  #showFirst(): void {
    const [first] = this.form.errors;
    if (first === undefined) return;
    this.goto(stepOf(first.path));
    focusFirst(first.path);
  }
}

/** Puts the cursor into the field that a problem names, once it is drawn. */
function focusFirst(path: string | undefined): void {
  if (path === undefined) return;
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus();
  });
}
