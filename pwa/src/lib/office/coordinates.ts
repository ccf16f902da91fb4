/** Coordinates as people copy them from a map. */
import type { GeoPoint } from '$lib/api/types';

/** Latitude, then longitude, in degrees: "20.9152, 106.6342"; null when it is none or off the globe. */
export function readCoordinates(text: string): GeoPoint | null {
  const match = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (match === null) return null;
  const [lat, lon] = [Number(match[1]), Number(match[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}
