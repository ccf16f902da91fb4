-- Who signs in and what signs: people, roles, sessions, invitations, devices.

-- login_folded: phone digits or lower-case e-mail. secret_hash: absent until the person has set one.
CREATE TABLE people (
    id           UUID NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL,
    folded       TEXT NOT NULL,
    login        TEXT NOT NULL,
    login_folded TEXT NOT NULL UNIQUE,
    phone        TEXT NOT NULL,
    secret_hash  TEXT,
    demo         BOOLEAN NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL
);

-- History stays: an event is judged by the rights held when it happened.
CREATE TABLE role_grants (
    person_id       UUID NOT NULL REFERENCES people (id),
    role            TEXT NOT NULL
        CHECK (role IN ('generator', 'carrier', 'driver', 'facility', 'inspector', 'authority', 'admin')),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    granted_at      TIMESTAMPTZ NOT NULL,
    ended_at        TIMESTAMPTZ,
    PRIMARY KEY (person_id, role, organisation_id, granted_at),
    CHECK (ended_at IS NULL OR granted_at <= ended_at)
);
CREATE INDEX role_grants_by_organisation ON role_grants (organisation_id, role);

CREATE TABLE devices (
    id              UUID NOT NULL PRIMARY KEY,
    person_id       UUID NOT NULL REFERENCES people (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    public_key      BYTEA NOT NULL CHECK (length(public_key) = 64),
    certificate     BYTEA NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
    created_at      TIMESTAMPTZ NOT NULL,
    last_seen_at    TIMESTAMPTZ,
    revoked_at      TIMESTAMPTZ,
    revoke_reason   TEXT,
    admitted_at     TIMESTAMPTZ,
    admitted_by     UUID REFERENCES people (id),
    UNIQUE (person_id, public_key),
    CHECK ((status = 'revoked') = (revoked_at IS NOT NULL))
);
CREATE INDEX devices_by_organisation ON devices (organisation_id, created_at, id);

-- token_hash: SHA-256 of the opaque token, which exists nowhere here.
CREATE TABLE sessions (
    id           UUID NOT NULL PRIMARY KEY,
    token_hash   BYTEA NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    person_id    UUID NOT NULL REFERENCES people (id),
    device_id    UUID REFERENCES devices (id),
    created_at   TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL,
    ended_at     TIMESTAMPTZ,
    last_seen_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person_id, created_at);

-- key: a login or an address, hashed by the caller; not_before: the earliest next attempt.
CREATE TABLE login_delays (
    key        TEXT NOT NULL PRIMARY KEY,
    failures   BIGINT NOT NULL CHECK (failures > 0),
    not_before TIMESTAMPTZ NOT NULL
);
CREATE INDEX login_delays_by_time ON login_delays (not_before);

-- code_hash: SHA-256 of the single-use code. accepted: a secret was set with it; enrolled: a device key, too.
CREATE TABLE invitations (
    code_hash       BYTEA NOT NULL PRIMARY KEY CHECK (length(code_hash) = 32),
    person_id       UUID NOT NULL REFERENCES people (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    created_by      UUID NOT NULL REFERENCES people (id),
    created_at      TIMESTAMPTZ NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL,
    accepted_at     TIMESTAMPTZ,
    enrolled_at     TIMESTAMPTZ
);
CREATE INDEX invitations_by_person ON invitations (person_id, created_at);
