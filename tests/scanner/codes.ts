/** The codes of the frames: a manifest's as large as they come, and a live code. */
import { encode } from 'uqr';
import live from '../vectors/live.json';
import verdicts from '../vectors/verdicts.json';
import type { FrameClass } from './shots';

function text(cases: { name: string; text: string }[], name: string): string {
  const found = cases.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no vector ${name}`);
  return found.text;
}

/** A real seal behind a host of 53 characters, the longest allowed: a QR of version 14-M. */
const sealed = text(verdicts.cases, 'the largest ordinary manifest').split('/Q/')[1] ?? '';
export const MANIFEST = `HTTPS://${'A'.repeat(53 - 17)}.EXAMPLE.VN:65535/Q/${sealed}`;
/** A real live code of two manifests: a QR of version 15-M. */
export const LIVE = text(live.cases, 'two manifests');

export interface Code {
  text: string;
  modules: boolean[][];
  version: number;
}

export function codeOf(kind: FrameClass): Code {
  const content = kind === 'screen' ? LIVE : MANIFEST;
  const { data, version } = encode(content, { ecc: 'M', border: 0 });
  return { text: content, modules: data, version };
}
