import { describe, expect, it, vi } from 'vitest';
import { browserName } from './push';

vi.mock('$lib/api/client', () => ({ api: {}, answer: vi.fn(), whole: vi.fn(), onExchange: vi.fn() }));

describe('the name of a browser', () => {
  it('is browser and system, and nothing that tells one phone from another', () => {
    const tail = 'AppleWebKit/537.36 (KHTML, like Gecko)';
    for (const [agent, name] of [
      [
        `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${tail} Chrome/140.0.0.0 Mobile Safari/537.36`,
        'Chrome, Android',
      ],
      [
        `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${tail} Chrome/140.0 Safari/537.36 Edg/140.0`,
        'Edge, Windows',
      ],
      ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
      [
        `Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${tail} Version/18.0 Safari/604.1`,
        'Safari, iOS',
      ],
      ['curl/8', 'Web, Linux'],
    ] as const)
      expect(browserName(agent)).toBe(name);
  });
});
