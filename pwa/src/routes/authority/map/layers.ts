/** The map's layers as SVG paths: provinces with both archipelagos, roads, sites. */
import { geoMercator, geoPath } from 'd3-geo';
import type { FeatureCollection, MultiPolygon, Point, Polygon } from 'geojson';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { SiteOnMap } from '$lib/office/types';

export const PICTURE = { x: 0, y: 0, width: 1000, height: 1200 };

/** Corners of what the whole picture shows, degrees: the mainland, Hoàng Sa and Trường Sa. */
const EXTENT = {
  type: 'MultiPoint' as const,
  coordinates: [
    [101.6, 6.4],
    [118, 23.8],
  ],
};

/** Where the two archipelagos are named, degrees. */
export const ARCHIPELAGOS = [
  { id: 'hoang_sa', lon: 112.0, lat: 16.45 },
  { id: 'truong_sa', lon: 114.0, lat: 9.6 },
] as const;

export interface ProvinceShape {
  code: string;
  name: string;
  path: string;
  /** Where its name stands. */
  at: [number, number];
}

export interface SiteMark {
  id: string;
  at: [number, number];
  site: SiteOnMap;
}

const projection = geoMercator().fitExtent(
  [
    [20, 20],
    [PICTURE.width - 20, PICTURE.height - 20],
  ],
  EXTENT,
);
const draw = geoPath(projection).digits(2);

/** Picture coordinates of a place; the corner for what cannot be projected. */
export function place(lon: number, lat: number): [number, number] {
  return projection([lon, lat]) ?? [0, 0];
}

/** Provinces of the topology's only layer. */
export function provinceShapes(topology: Topology): ProvinceShape[] {
  const [layer] = Object.values(topology.objects) as GeometryCollection<{ code: string; name: string }>[];
  if (layer === undefined) return [];
  return feature(topology, layer).features.map((shape) => ({
    code: shape.properties.code,
    name: shape.properties.name,
    path: draw(shape) ?? '',
    at: draw.centroid(largest(shape.geometry as Polygon | MultiPolygon)),
  }));
}

/** The mainland's part of a province: its name must not float between coast and islands. */
function largest(geometry: Polygon | MultiPolygon): Polygon {
  if (geometry.type === 'Polygon') return geometry;
  const parts = geometry.coordinates.map((coordinates) => ({ type: 'Polygon' as const, coordinates }));
  return parts.reduce((best, part) => (draw.area(part) > draw.area(best) ? part : best));
}

/** Roads as one path. */
export function roadPath(roads: FeatureCollection): string {
  return draw(roads) ?? '';
}

/** Sites where they stand. */
export function siteMarks(sites: FeatureCollection<Point, SiteOnMap>): SiteMark[] {
  return sites.features.map(({ id, geometry, properties }, index) => {
    const [lon = 0, lat = 0] = geometry.coordinates;
    return { id: String(id ?? index), at: place(lon, lat), site: properties };
  });
}
