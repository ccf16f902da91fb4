-- Sites have versions: a fence that moves judges the scans made after it and leaves those made before alone.

-- What a site was after valid_from, until the next version; the first one holds for everything before it, too.
-- kind is the site's, which never changes. geofence: GeoJSON Polygon; the min/max columns are its box, in degrees.
CREATE TABLE site_versions (
    site_id     UUID NOT NULL REFERENCES sites (id),
    valid_from  TIMESTAMPTZ NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('generator', 'transfer_station', 'facility')),
    name        TEXT NOT NULL,
    lat_deg     DOUBLE PRECISION NOT NULL CHECK (lat_deg BETWEEN -90 AND 90),
    lon_deg     DOUBLE PRECISION NOT NULL CHECK (lon_deg BETWEEN -180 AND 180),
    geofence    TEXT NOT NULL,
    min_lat_deg DOUBLE PRECISION NOT NULL,
    max_lat_deg DOUBLE PRECISION NOT NULL,
    min_lon_deg DOUBLE PRECISION NOT NULL,
    max_lon_deg DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (site_id, valid_from),
    CHECK (min_lat_deg <= max_lat_deg AND min_lon_deg <= max_lon_deg)
);

INSERT INTO site_versions (site_id, valid_from, kind, name, lat_deg, lon_deg, geofence,
                           min_lat_deg, max_lat_deg, min_lon_deg, max_lon_deg)
SELECT id, created_at, kind, name, lat_deg, lon_deg, geofence, min_lat_deg, max_lat_deg, min_lon_deg, max_lon_deg
FROM sites;

-- The sieve for scans near a receiving site looks at every version that ever was in force.
CREATE INDEX site_versions_receiving ON site_versions (min_lat_deg, max_lat_deg) WHERE kind <> 'generator';
DROP INDEX sites_receiving;
