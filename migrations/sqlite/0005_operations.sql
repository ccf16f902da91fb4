-- Who asked for what: repeatable requests, inspectors' looks, the audit trail.

-- status: HTTP status; response: the body as sent, given again to the same request.
CREATE TABLE idempotency_keys (
    person_id      UUID NOT NULL REFERENCES people (id),
    key            TEXT NOT NULL,
    request_digest BYTEA NOT NULL CHECK (length(request_digest) = 32),
    status         INTEGER NOT NULL,
    response       TEXT NOT NULL,
    created_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (person_id, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

CREATE TABLE looks (
    id              UUID NOT NULL PRIMARY KEY,
    person_id       UUID NOT NULL REFERENCES people (id),
    organisation_id UUID REFERENCES organisations (id),
    manifest_id     UUID NOT NULL REFERENCES manifests (id),
    how             TEXT NOT NULL,
    at              TIMESTAMPTZ NOT NULL
);
CREATE INDEX looks_by_manifest ON looks (manifest_id, at);
CREATE INDEX looks_by_person ON looks (person_id, at);

CREATE TABLE audit (
    id              UUID NOT NULL PRIMARY KEY,
    at              TIMESTAMPTZ NOT NULL,
    person_id       UUID REFERENCES people (id),
    organisation_id UUID REFERENCES organisations (id),
    action          TEXT NOT NULL,
    subject         TEXT NOT NULL,
    detail          TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX audit_by_subject ON audit (subject, at);
