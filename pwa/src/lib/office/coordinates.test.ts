import { describe, expect, it } from 'vitest';
import { readCoordinates } from './coordinates';

describe('typed coordinates', () => {
  it.each(['20.9152, 106.6342', ' 20.9152 106.6342 ', '20.9152;106.6342'])('reads "%s"', (text) => {
    expect(readCoordinates(text)).toEqual({ lat: 20.9152, lon: 106.6342 });
  });
  it.each(['', '20.9', '95, 106', '20,9152 106,6342', 'kho'])('refuses "%s"', (text) => {
    expect(readCoordinates(text)).toBeNull();
  });
});
