/** Something fetched for a screen: what came last stays visible while newer is on its way. */

export class Resource<T> {
  /** What came last; null before the first answer. */
  data = $state.raw<T | null>(null);
  /** What was thrown last; null after a good answer. */
  error = $state.raw<unknown>(null);
  loading = $state(false);
  #load: () => Promise<T>;
  #turn = 0;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Fetches again; an answer that a later call has overtaken is dropped. */
  reload = async (): Promise<void> => {
    const turn = ++this.#turn;
    const pending = this.#load();
    this.loading = true;
    try {
      const data = await pending;
      if (turn !== this.#turn) return;
      this.data = data;
      this.error = null;
    } catch (error) {
      if (turn === this.#turn) this.error = error;
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  };

  /** Takes over what a write answered with. */
  put = (data: T): void => {
    this.#turn += 1;
    this.data = data;
    this.error = null;
    this.loading = false;
  };
}

/** Fetches when the component is made and whenever state that `load` reads before its first await changes. */
export function resource<T>(load: () => Promise<T>): Resource<T> {
  const made = new Resource(load);
  $effect(() => {
    void made.reload();
  });
  return made;
}

/** One write at a time, with its failure as state. */
export class Task {
  busy = $state(false);
  error = $state.raw<unknown>(null);

  /** Runs it; true when it went through. */
  run = async (work: () => Promise<void>): Promise<boolean> => {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.error = error;
      return false;
    } finally {
      this.busy = false;
    }
  };
}
