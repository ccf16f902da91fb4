import { afterEach, describe, expect, it } from 'vitest';
import { cameraProblem, zoomSteps } from './camera';
import { nextLens, rememberCamera, rememberedCamera } from './camera_choice';

describe('the camera', () => {
  it('says what went wrong in words that a person can act on', () => {
    const named = (name: string) => cameraProblem(new DOMException('', name));
    expect(
      ['NotAllowedError', 'NotReadableError', 'NotFoundError', 'OverconstrainedError'].map(named),
    ).toEqual(['denied', 'busy', 'missing', 'missing']);
    expect(cameraProblem(new TypeError('x'))).toBe('missing');
  });
  it('offers round magnifications within its range', () => {
    expect(zoomSteps(undefined, undefined)).toEqual([1]);
    expect(zoomSteps({ min: 1, max: 1 }, 1)).toEqual([1]);
    expect(zoomSteps({ min: 1, max: 8 }, undefined)).toEqual([1, 1.5, 2, 3]);
    expect(zoomSteps({ min: 0.5, max: 2 }, 1)).toEqual([1, 1.5, 2]);
    expect(zoomSteps({ min: 100, max: 400 }, 100)).toEqual([100, 150, 200, 300]);
  });
});

describe('the chosen camera', () => {
  afterEach(() => {
    localStorage.clear();
  });
  const lenses = [{ id: 'wide' }, { id: 'main' }, { id: 'front' }];

  it('goes round, and is remembered', () => {
    expect(nextLens(lenses, 'main')?.id).toBe('front');
    expect(nextLens(lenses, 'front')?.id).toBe('wide');
    expect(nextLens(lenses, 'gone')?.id).toBe('wide');
    expect(nextLens([{ id: 'only' }], 'only')).toBeNull();
    expect(rememberedCamera()).toBeNull();
    rememberCamera('main');
    expect(rememberedCamera()).toBe('main');
    rememberCamera(null);
    expect(rememberedCamera()).toBeNull();
  });
});
