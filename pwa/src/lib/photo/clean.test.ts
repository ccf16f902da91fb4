import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clean, NoPicture } from './clean';

const vector = (name: string) =>
  new Uint8Array(readFileSync(resolve(__dirname, '../../../../tests/vectors/files', name)));
const says = (bytes: Uint8Array, word: string) => Buffer.from(bytes).includes(word);

describe('cleaning a picture', () => {
  it.each(['plain.jpg', 'progressive.jpg', 'restart.jpg', 'profile.jpg', 'plain.png'])(
    'leaves %s as it is',
    (name) => {
      expect(clean(vector(name))).toEqual(vector(name));
    },
  );

  it.each(['exif_place.jpg', 'exif_turned.jpg', 'xmp_place.jpg', 'iptc_place.jpg', 'comment.jpg'])(
    'makes the same picture of %s and of one that never had metadata',
    (name) => {
      expect(clean(vector(name))).toEqual(vector('plain.jpg'));
    },
  );

  it.each(['exif_place.png', 'text.png'])('takes everything else out of %s', (name) => {
    expect(clean(vector(name))).toEqual(vector('plain.png'));
  });

  it('drops what stands behind the end', () => {
    for (const name of ['plain.jpg', 'plain.png']) {
      const tail = new TextEncoder().encode('<script>alert(1)</script>');
      const cleaned = clean(new Uint8Array([...vector(name), ...tail]));
      expect(cleaned).toEqual(vector(name));
      expect(says(cleaned, 'script')).toBe(false);
    }
  });

  it('reads only what it is given, also in the middle of a larger buffer', () => {
    const png = vector('text.png');
    const larger = new Uint8Array(png.length + 64);
    larger.set(png, 32);
    expect(clean(larger.subarray(32, 32 + png.length))).toEqual(vector('plain.png'));
  });

  it('refuses what is no picture or ends too early', () => {
    for (const bytes of [new Uint8Array(), new TextEncoder().encode('<svg/>'), vector('lossy.webp')]) {
      expect(() => clean(bytes)).toThrow(NoPicture);
    }
    for (const name of ['exif_place.jpg', 'plain.png']) {
      const whole = vector(name);
      for (let length = 0; length < whole.length; length += 7) {
        expect(() => clean(whole.subarray(0, length)), `${name} cut to ${length}`).toThrow(NoPicture);
      }
    }
  });
});
