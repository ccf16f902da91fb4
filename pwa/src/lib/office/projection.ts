/** A plane for small maps: equirectangular around the middle of what is shown, good to a province's size. */
import type { GeoPoint } from '$lib/api/types';
import type { Line } from './types';

export interface Plane {
  width: number;
  height: number;
  /** Picture coordinates of a place. */
  xy: (point: GeoPoint) => [number, number];
  /** Metres of one picture unit. */
  metres: number;
}

/** Metres of a degree of latitude (WGS 84, mean). */
const DEGREE_M = 111_320;
/** A lone point is shown in this much country unless said otherwise, metres. */
const LEAST_M = 400;

/** Fits places into a picture with a margin; equal scale in both directions. */
export function planeFor(
  points: readonly GeoPoint[],
  width: number,
  height: number,
  margin = 24,
  leastM = LEAST_M,
): Plane {
  const lats = points.map((point) => point.lat);
  const lons = points.map((point) => point.lon);
  const middle = { lat: mean(lats), lon: mean(lons) };
  const east = Math.cos((middle.lat * Math.PI) / 180) * DEGREE_M;
  const spanX = Math.max((Math.max(...lons) - Math.min(...lons)) * east, leastM);
  const spanY = Math.max((Math.max(...lats) - Math.min(...lats)) * DEGREE_M, leastM);
  const metres = Math.max(spanX / (width - 2 * margin), spanY / (height - 2 * margin));
  const xy = (point: GeoPoint): [number, number] => [
    round(width / 2 + ((point.lon - middle.lon) * east) / metres),
    round(height / 2 - ((point.lat - middle.lat) * DEGREE_M) / metres),
  ];
  return { width, height, xy, metres };
}

/** A line as the data of an SVG path. */
export function pathOf(line: Line, plane: Plane): string {
  return line.coordinates
    .map(([lon = 0, lat = 0], index) => `${index === 0 ? 'M' : 'L'}${plane.xy({ lat, lon }).join(' ')}`)
    .join('');
}

/** A round length for a scale bar, at most a third of the picture: metres and picture units. */
export function scaleBar(plane: Plane): { metres: number; units: number } {
  const most = (plane.width / 3) * plane.metres;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((n) => n * power).find((length) => length <= most) ?? power;
  return { metres, units: round(metres / plane.metres) };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : (Math.max(...values) + Math.min(...values)) / 2;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
