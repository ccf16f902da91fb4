/**
 * The pictures of a form in the making. Each is kept on the phone the moment it is taken: a browser may throw a page
 * away while the camera is open, and the form finds its pictures again.
 */
import { dropHeld, heldFor, holdFile, NoRoom, type StoredFile } from '$lib/local/evidence';
import type { EventDraft, FileSubject } from '$lib/local/event_payload';
import { drawSignature, shrink } from '$lib/photo/shrink';

/** Most pictures of one form; an event names at most twenty files. */
export const MOST_PHOTOS = 8;

export type PhotoTrouble = 'no_picture' | 'no_room';

export class Photos {
  list = $state.raw<StoredFile[]>([]);
  /** Pictures that are being made small. */
  working = $state(0);
  trouble = $state<PhotoTrouble | null>(null);

  constructor(
    /** Of what: the same form of the same load finds its pictures again. */
    readonly form: string,
  ) {
    void heldFor(form).then((held) => {
      const before = held.filter((file) => file.subject !== 'signature');
      const fresh = this.list.filter((file) => !before.some(({ sha256 }) => sha256 === file.sha256));
      this.list = [...before, ...fresh];
    });
  }

  of(subject: FileSubject): StoredFile[] {
    return this.list.filter((file) => file.subject === subject);
  }

  /** Takes what a camera or a file picker gave. */
  async add(photos: Iterable<Blob>, subject: FileSubject): Promise<void> {
    this.trouble = null;
    for (const photo of photos) {
      if (this.list.length + this.working >= MOST_PHOTOS) return;
      this.working += 1;
      try {
        const bytes = await shrink(photo);
        const file = await holdFile({ bytes, type: 'image/jpeg', subject, form: this.form }, Date.now());
        this.list = [...this.list.filter((each) => each.sha256 !== file.sha256), file];
      } catch (error) {
        this.trouble = error instanceof NoRoom ? 'no_room' : 'no_picture';
      } finally {
        this.working -= 1;
      }
    }
  }

  async remove(name: string): Promise<void> {
    this.list = this.list.filter((file) => file.sha256 !== name);
    await dropHeld(name);
  }

  /** Keeps the strokes of a signature as a picture; null when this phone cannot, then the event holds the strokes. */
  async sign(strokes: string): Promise<StoredFile | null> {
    try {
      const bytes = await drawSignature(strokes);
      return await holdFile({ bytes, type: 'image/png', subject: 'signature', form: this.form }, Date.now());
    } catch {
      return null;
    }
  }
}

/** What an event says of its files. */
export function named(files: readonly StoredFile[]): Pick<EventDraft, 'files' | 'file_subjects'> {
  if (files.length === 0) return { files: [] };
  return {
    files: files.map((file) => file.sha256),
    file_subjects: Object.fromEntries(files.map((file) => [file.sha256, file.subject])),
  };
}
