/** Evidence files of this phone as state: what waits, what was refused, and the files of one event. */
import { onChange } from '$lib/local/changes';
import { filesIn, uploadState, type StoredFile, type UploadState } from '$lib/local/evidence';

let waiting = $state.raw<StoredFile[]>([]);
let refused = $state.raw<StoredFile[]>([]);
let upload = $state.raw<UploadState | null>(null);

async function read(): Promise<void> {
  [waiting, refused, upload] = await Promise.all([filesIn('waiting'), filesIn('refused'), uploadState()]);
}

onChange((topic) => {
  if (topic === 'files') void read();
});
void read();

export const evidence = {
  /** Named by an event and not yet at the server, oldest first. */
  get waiting(): readonly StoredFile[] {
    return waiting;
  },
  get refused(): readonly StoredFile[] {
    return refused;
  },
  /** When the phone tries again, and what went wrong. */
  get upload(): UploadState | null {
    return upload;
  },
};
