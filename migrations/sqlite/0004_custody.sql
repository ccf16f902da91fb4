-- What happened: custody events (the truth), what was refused, and the findings about them.

-- Only ever appended. jws: the exact bytes that were signed and received. record: JSON of what the server read and
-- measured. chain_hash = SHA-256(previous hash, JWS bytes, record_time). site_id: where it happened, for the map.
CREATE TABLE custody_events (
    id                   UUID NOT NULL PRIMARY KEY,
    manifest_id          UUID REFERENCES manifests (id),
    seq                  BIGINT CHECK (seq > 0),
    kind                 TEXT NOT NULL,
    device_id            UUID NOT NULL REFERENCES devices (id),
    person_id            UUID NOT NULL REFERENCES people (id),
    device_seq           BIGINT NOT NULL,
    site_id              UUID REFERENCES sites (id),
    plate_normal         TEXT,
    event_time           TIMESTAMPTZ NOT NULL,
    event_offset_min     INTEGER NOT NULL,
    estimated_time       TIMESTAMPTZ NOT NULL,
    record_time          TIMESTAMPTZ NOT NULL,
    jws                  TEXT NOT NULL,
    signing_input_digest BYTEA NOT NULL CHECK (length(signing_input_digest) = 32),
    record               TEXT NOT NULL,
    evidence_grade       TEXT CHECK (evidence_grade IN ('A', 'B', 'C')),
    chain_hash           BYTEA,
    UNIQUE (manifest_id, seq),
    CHECK ((manifest_id IS NULL) = (seq IS NULL)),
    CHECK ((manifest_id IS NULL) = (chain_hash IS NULL)),
    CHECK (estimated_time <= record_time)
);
CREATE INDEX custody_events_by_device ON custody_events (device_id, device_seq);
CREATE INDEX custody_events_by_site ON custody_events (site_id, estimated_time);

-- Signature fails, device unknown, id known with other bytes, unreadable: kept for the authority.
CREATE TABLE refused_events (
    id          UUID NOT NULL PRIMARY KEY,
    event_id    UUID,
    device_id   UUID,
    person_id   UUID REFERENCES people (id),
    bytes       BYTEA NOT NULL,
    reason      TEXT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX refused_events_by_time ON refused_events (received_at, id);

-- subject_id: the manifest, or the event where there is none. key: what makes a finding the same when judged again.
CREATE TABLE findings (
    id           UUID NOT NULL PRIMARY KEY,
    subject_id   UUID NOT NULL,
    key          TEXT NOT NULL,
    manifest_id  UUID REFERENCES manifests (id),
    event_id     UUID REFERENCES custody_events (id),
    code         TEXT NOT NULL,
    severity     TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'violation')),
    status       TEXT NOT NULL CHECK (status IN ('open', 'withdrawn', 'closed')),
    from_at      TIMESTAMPTZ NOT NULL,
    to_at        TIMESTAMPTZ NOT NULL,
    decided_at   TIMESTAMPTZ NOT NULL,
    detail       TEXT NOT NULL,
    raised_at    TIMESTAMPTZ NOT NULL,
    withdrawn_at TIMESTAMPTZ,
    closed_at    TIMESTAMPTZ,
    closed_by    UUID REFERENCES people (id),
    outcome      TEXT,
    UNIQUE (subject_id, key),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
    CHECK (status <> 'withdrawn' OR withdrawn_at IS NOT NULL)
);
CREATE INDEX findings_by_manifest ON findings (manifest_id);
CREATE INDEX findings_newest ON findings (raised_at, id);
CREATE INDEX findings_by_status ON findings (status, raised_at, id);
CREATE INDEX findings_by_event ON findings (event_id);
