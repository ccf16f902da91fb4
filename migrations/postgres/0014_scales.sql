-- Weighbridges report by themselves, and inspections are found by truck and by inspector.

-- A scale of a facility that posts its readings under a token of its own; the database holds the token's hash only.
CREATE TABLE scales (
    id              UUID NOT NULL PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    site_id         UUID NOT NULL REFERENCES sites (id),
    name            TEXT NOT NULL,
    token_hash      BYTEA NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at      TIMESTAMPTZ NOT NULL,
    created_by      UUID NOT NULL REFERENCES people (id),
    last_seen_at    TIMESTAMPTZ,
    revoked_at      TIMESTAMPTZ
);
CREATE INDEX scales_by_site ON scales (site_id, created_at);

-- Only ever appended: a corrected reading of a ticket stands beside the first. measured_at: the scale's own clock.
CREATE TABLE scale_readings (
    id           UUID NOT NULL PRIMARY KEY,
    scale_id     UUID NOT NULL REFERENCES scales (id),
    site_id      UUID NOT NULL REFERENCES sites (id),
    ticket       TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('gross', 'tare')),
    mass_g       BIGINT NOT NULL CHECK (mass_g >= 0),
    plate        TEXT,
    plate_normal TEXT,
    measured_at  TIMESTAMPTZ NOT NULL,
    received_at  TIMESTAMPTZ NOT NULL,
    UNIQUE (scale_id, ticket, kind, mass_g, measured_at)
);
CREATE INDEX scale_readings_by_site ON scale_readings (site_id, received_at, id);

CREATE INDEX inspections_by_plate ON custody_events (plate_normal, estimated_time, id) WHERE kind = 'inspection';
CREATE INDEX inspections_by_person ON custody_events (person_id, estimated_time, id) WHERE kind = 'inspection';
