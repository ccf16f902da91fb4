/** Places in metres, for standing inside a geofence or well away from it. */
export interface Spot {
  lat: number;
  lon: number;
}

const METRES_PER_DEGREE = 111_195;

/** The spot so many metres east and north of another. */
export function moved(from: Spot, eastM: number, northM: number): Spot {
  return {
    lat: from.lat + northM / METRES_PER_DEGREE,
    lon: from.lon + eastM / (METRES_PER_DEGREE * Math.cos((from.lat * Math.PI) / 180)),
  };
}
