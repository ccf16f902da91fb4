-- What the parties agree on: trips, manifests, their lines, acts, numbers and seals.

CREATE TABLE trips (
    id         UUID NOT NULL PRIMARY KEY,
    carrier_id UUID NOT NULL REFERENCES organisations (id),
    driver_id  UUID REFERENCES people (id),
    plate      TEXT,
    created_at TIMESTAMPTZ NOT NULL
);

-- The projection of one manifest: what was agreed, and what acts and events made of it.
-- Masses in grams; load_day: local day (Asia/Ho_Chi_Minh) of the pickup, planned until it happened.
-- plates and driver_id as agreed, expected_* as folded from what happened since: a refold needs both.
-- plates, route_geometry, custody: JSON. chain_hash: SHA-256 over its events, in record order.
CREATE TABLE manifests (
    id                    UUID NOT NULL PRIMARY KEY,
    trip_id               UUID NOT NULL REFERENCES trips (id),
    drafted_by            UUID NOT NULL REFERENCES organisations (id),
    generator_id          UUID NOT NULL REFERENCES organisations (id),
    generator_site_id     UUID NOT NULL REFERENCES sites (id),
    carrier_id            UUID NOT NULL REFERENCES organisations (id),
    facility_id           UUID NOT NULL REFERENCES organisations (id),
    facility_site_id      UUID NOT NULL REFERENCES sites (id),
    generator_province    TEXT,
    facility_province     TEXT,
    state                 TEXT NOT NULL
        CHECK (state IN ('draft', 'proposed', 'issued', 'in_transit', 'stored', 'arrived', 'accepted',
                         'partly_accepted', 'rejected', 'treated', 'closed', 'void')),
    state_since           TIMESTAMPTZ NOT NULL,
    number                TEXT UNIQUE,
    serial                BIGINT CHECK (serial > 0),
    serial_year           INTEGER,
    serial_permit         TEXT,
    revision              INTEGER NOT NULL CHECK (revision >= 0),
    version               BIGINT NOT NULL CHECK (version > 0),
    proposed_by           TEXT CHECK (proposed_by IN ('generator', 'carrier', 'facility')),
    agreed_generator      BOOLEAN NOT NULL,
    agreed_facility       BOOLEAN NOT NULL,
    plates                TEXT NOT NULL,
    expected_plate        TEXT,
    expected_plate_normal TEXT,
    driver_id             UUID REFERENCES people (id),
    expected_driver_id    UUID REFERENCES people (id),
    planned_pickup_at     TIMESTAMPTZ NOT NULL,
    planned_delivery_at   TIMESTAMPTZ NOT NULL,
    route_id              UUID REFERENCES routes (id),
    route_geometry        TEXT,
    corridor_m            DOUBLE PRECISION CHECK (corridor_m > 0),
    pickup_code           TEXT,
    confirmed_at          TIMESTAMPTZ,
    confirmed_by          TEXT,
    on_hold               BOOLEAN NOT NULL,
    document_digest       BYTEA,
    reason                TEXT,
    turn_role             TEXT,
    turn_organisation_id  UUID REFERENCES organisations (id),
    turn_since            TIMESTAMPTZ,
    turn_until            TIMESTAMPTZ,
    declared_mass_g       BIGINT NOT NULL CHECK (declared_mass_g >= 0),
    loaded_mass_g         BIGINT CHECK (loaded_mass_g >= 0),
    received_mass_g       BIGINT CHECK (received_mass_g >= 0),
    refused_mass_g        BIGINT CHECK (refused_mass_g >= 0),
    open_findings         BIGINT NOT NULL CHECK (open_findings >= 0),
    load_day              DATE NOT NULL,
    load_month            TEXT NOT NULL,
    created_at            TIMESTAMPTZ NOT NULL,
    updated_at            TIMESTAMPTZ NOT NULL,
    issued_at             TIMESTAMPTZ,
    picked_up_at          TIMESTAMPTZ,
    arrived_at            TIMESTAMPTZ,
    accepted_at           TIMESTAMPTZ,
    custody               TEXT,
    last_seq              BIGINT NOT NULL CHECK (last_seq >= 0),
    chain_hash            BYTEA,
    folded                TEXT NOT NULL,
    UNIQUE (serial_permit, serial_year, serial),
    CHECK ((number IS NULL) = (serial IS NULL))
);
CREATE INDEX manifests_newest ON manifests (created_at, id);
CREATE INDEX manifests_by_generator ON manifests (generator_id, created_at, id);
CREATE INDEX manifests_by_carrier ON manifests (carrier_id, created_at, id);
CREATE INDEX manifests_by_facility ON manifests (facility_id, created_at, id);
CREATE INDEX manifests_by_generator_site ON manifests (generator_site_id, state);
CREATE INDEX manifests_by_facility_site ON manifests (facility_site_id, state);
CREATE INDEX manifests_by_driver ON manifests (expected_driver_id, state);
CREATE INDEX manifests_by_expected_plate ON manifests (expected_plate_normal, created_at);
-- Only what waits for an act: accepted loads wait for months and would bury it.
CREATE INDEX manifests_by_turn ON manifests (turn_organisation_id, turn_role, turn_since)
    WHERE on_hold OR state NOT IN ('accepted', 'partly_accepted', 'treated');
CREATE INDEX manifests_by_state ON manifests (state, created_at, id);
CREATE INDEX manifests_by_load_day ON manifests (load_day);
CREATE INDEX manifests_by_generator_province ON manifests (generator_province, created_at, id);
CREATE INDEX manifests_by_facility_province ON manifests (facility_province, created_at, id);
CREATE INDEX manifests_by_trip ON manifests (trip_id);
CREATE INDEX manifests_with_findings ON manifests (created_at, id) WHERE open_findings > 0;
CREATE INDEX manifests_with_findings_by_generator_site ON manifests (generator_site_id, open_findings)
    WHERE open_findings > 0;
CREATE INDEX manifests_with_findings_by_facility_site ON manifests (facility_site_id, open_findings)
    WHERE open_findings > 0;

-- The plates agreed on, in normal form, for the roadside search.
CREATE TABLE manifest_plates (
    manifest_id  UUID NOT NULL REFERENCES manifests (id),
    plate_normal TEXT NOT NULL,
    PRIMARY KEY (manifest_id, plate_normal)
);
CREATE INDEX manifest_plates_by_plate ON manifest_plates (plate_normal, manifest_id);

-- Three facts beside each other, never over each other: declared, loaded, received.
CREATE TABLE manifest_lines (
    manifest_id      UUID NOT NULL REFERENCES manifests (id),
    line             INTEGER NOT NULL CHECK (line > 0),
    waste_code       TEXT NOT NULL,
    waste_name       TEXT NOT NULL,
    checked          BOOLEAN NOT NULL,
    physical_state   TEXT NOT NULL CHECK (physical_state IN ('solid', 'liquid', 'sludge')),
    declared_mass_g  BIGINT NOT NULL CHECK (declared_mass_g >= 0),
    mass_basis       TEXT NOT NULL CHECK (mass_basis IN ('estimated', 'measured')),
    packaging_kind   TEXT NOT NULL,
    packaging_count  INTEGER NOT NULL CHECK (packaging_count > 0),
    treatment_method TEXT NOT NULL,
    loaded_mass_g    BIGINT CHECK (loaded_mass_g >= 0),
    received_mass_g  BIGINT CHECK (received_mass_g >= 0),
    refused_mass_g   BIGINT CHECK (refused_mass_g >= 0),
    treated_mass_g   BIGINT CHECK (treated_mass_g >= 0),
    PRIMARY KEY (manifest_id, line)
);
CREATE INDEX manifest_lines_by_code ON manifest_lines (waste_code, manifest_id);

-- What people decided at a desk; only ever appended.
CREATE TABLE manifest_acts (
    id              UUID NOT NULL PRIMARY KEY,
    manifest_id     UUID NOT NULL REFERENCES manifests (id),
    person_id       UUID NOT NULL REFERENCES people (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    at              TIMESTAMPTZ NOT NULL,
    decision        TEXT NOT NULL
);
CREATE INDEX manifest_acts_by_manifest ON manifest_acts (manifest_id, at, id);

-- The last serial given per permit of the first facility and local year; raised in the issuing transaction.
CREATE TABLE number_counters (
    permit_number TEXT NOT NULL,
    year          INTEGER NOT NULL,
    last          BIGINT NOT NULL CHECK (last >= 0),
    PRIMARY KEY (permit_number, year)
);

-- One row: the next free place over all status lists.
CREATE TABLE status_counter (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    next BIGINT NOT NULL
);
INSERT INTO status_counter (id, next) VALUES (1, 0);

-- Every seal ever issued, one per revision. status as in the status list: 0 valid, 1 void, 2 on hold,
-- 3 completed, 12 superseded. digest: SHA-256 of the seal.
CREATE TABLE seals (
    manifest_id  UUID NOT NULL REFERENCES manifests (id),
    revision     INTEGER NOT NULL CHECK (revision > 0),
    status_list  BIGINT NOT NULL,
    status_index BIGINT NOT NULL,
    status       SMALLINT NOT NULL CHECK (status BETWEEN 0 AND 15),
    short_code   TEXT NOT NULL UNIQUE,
    digest       BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    seal         BYTEA NOT NULL,
    key_id       BYTEA NOT NULL,
    issued_at    TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (manifest_id, revision),
    UNIQUE (status_list, status_index)
);
CREATE INDEX seals_not_valid ON seals (status_list, status_index) WHERE status > 0;

-- Public halves only. kid: first 8 bytes of SHA-256 of the key; two keys may share one.
CREATE TABLE issuer_keys (
    public_key BYTEA NOT NULL PRIMARY KEY CHECK (length(public_key) = 65),
    kid        BYTEA NOT NULL CHECK (length(kid) = 8),
    purpose    TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('active', 'retired', 'compromised')),
    not_before TIMESTAMPTZ NOT NULL,
    retired_at TIMESTAMPTZ
);
CREATE INDEX issuer_keys_by_kid ON issuer_keys (kid);

CREATE TABLE trust_lists (
    seq        BIGINT NOT NULL PRIMARY KEY CHECK (seq > 0),
    bytes      BYTEA NOT NULL,
    issued_at  TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
