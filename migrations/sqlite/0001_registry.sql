-- Who and where: provinces, waste codes, organisations, their sites, permits, vehicles and routes.

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Raised by a restore: phones send again what they kept when it changes.
INSERT INTO meta (key, value) VALUES ('epoch', '1');

CREATE TABLE provinces (
    code        TEXT NOT NULL PRIMARY KEY,
    name_vi     TEXT NOT NULL,
    name_en     TEXT NOT NULL,
    merged_from TEXT NOT NULL,
    source      TEXT NOT NULL,
    folded      TEXT NOT NULL
);

CREATE TABLE waste_groups (
    code    TEXT NOT NULL PRIMARY KEY,
    name_vi TEXT NOT NULL,
    source  TEXT NOT NULL
);

-- Codes in printed form (17 02 03). official: from the annex that the authority loaded, not from older lists.
CREATE TABLE waste_codes (
    code              TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
    name_vi           TEXT NOT NULL,
    name_en           TEXT NOT NULL,
    ec_code           TEXT NOT NULL,
    basel_a           TEXT NOT NULL,
    basel_y           TEXT NOT NULL,
    hazard_properties TEXT NOT NULL,
    physical_states   TEXT NOT NULL,
    threshold         TEXT NOT NULL,
    official          BOOLEAN NOT NULL,
    source            TEXT NOT NULL,
    digits            TEXT NOT NULL,
    folded            TEXT NOT NULL
);

-- Codes declared with a typed name because no list has them: the authority's queue.
CREATE TABLE unlisted_waste_codes (
    code          TEXT NOT NULL,
    folded        TEXT NOT NULL,
    name          TEXT NOT NULL,
    times         BIGINT NOT NULL CHECK (times > 0),
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (code, folded)
);

CREATE TABLE organisations (
    id            UUID NOT NULL PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('generator', 'carrier', 'facility', 'authority')),
    name          TEXT NOT NULL,
    code          TEXT,
    province_code TEXT REFERENCES provinces (code),
    address       TEXT NOT NULL,
    phone         TEXT NOT NULL,
    suspended_at  TIMESTAMPTZ,
    folded        TEXT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX organisations_by_name ON organisations (folded, id);
CREATE INDEX organisations_by_kind ON organisations (kind, folded, id);

-- geofence: GeoJSON Polygon; the min/max columns are its box, in degrees. wall_code: the signed bytes on the wall.
CREATE TABLE sites (
    id                   UUID NOT NULL PRIMARY KEY,
    organisation_id      UUID NOT NULL REFERENCES organisations (id),
    kind                 TEXT NOT NULL CHECK (kind IN ('generator', 'transfer_station', 'facility')),
    name                 TEXT NOT NULL,
    province_code        TEXT REFERENCES provinces (code),
    address              TEXT NOT NULL,
    lat_deg              DOUBLE PRECISION NOT NULL CHECK (lat_deg BETWEEN -90 AND 90),
    lon_deg              DOUBLE PRECISION NOT NULL CHECK (lon_deg BETWEEN -180 AND 180),
    geofence             TEXT NOT NULL,
    min_lat_deg          DOUBLE PRECISION NOT NULL,
    max_lat_deg          DOUBLE PRECISION NOT NULL,
    min_lon_deg          DOUBLE PRECISION NOT NULL,
    max_lon_deg          DOUBLE PRECISION NOT NULL,
    wall_code            BYTEA,
    wall_code_expires_at TIMESTAMPTZ,
    folded               TEXT NOT NULL,
    created_at           TIMESTAMPTZ NOT NULL,
    CHECK (min_lat_deg <= max_lat_deg AND min_lon_deg <= max_lon_deg),
    CHECK ((wall_code IS NULL) = (wall_code_expires_at IS NULL))
);
CREATE INDEX sites_by_organisation ON sites (organisation_id, folded, id);
CREATE INDEX sites_by_kind ON sites (kind, folded, id);
CREATE INDEX sites_by_name ON sites (folded, id);
CREATE INDEX sites_receiving ON sites (min_lat_deg, max_lat_deg) WHERE kind <> 'generator';

-- waste_codes and plates: JSON lists; no codes = all codes.
CREATE TABLE permits (
    id              UUID NOT NULL PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    kind            TEXT NOT NULL CHECK (kind IN ('transport', 'treatment')),
    number          TEXT NOT NULL,
    valid_from      TIMESTAMPTZ NOT NULL,
    valid_to        TIMESTAMPTZ NOT NULL,
    waste_codes     TEXT NOT NULL,
    plates          TEXT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    CHECK (valid_from < valid_to)
);
CREATE INDEX permits_by_organisation ON permits (organisation_id, valid_from);

CREATE TABLE vehicles (
    id              UUID NOT NULL PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    plate           TEXT NOT NULL,
    plate_normal    TEXT NOT NULL,
    name            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    UNIQUE (organisation_id, plate_normal)
);
CREATE INDEX vehicles_by_plate ON vehicles (plate_normal, id);

-- geometry: GeoJSON LineString. A changed route is a new row with the next version of the same name.
CREATE TABLE routes (
    id              UUID NOT NULL PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    folded          TEXT NOT NULL,
    version         BIGINT NOT NULL CHECK (version > 0),
    geometry        TEXT NOT NULL,
    corridor_m      DOUBLE PRECISION NOT NULL CHECK (corridor_m > 0),
    created_at      TIMESTAMPTZ NOT NULL,
    UNIQUE (organisation_id, name, version)
);
