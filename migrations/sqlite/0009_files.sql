-- Evidence files: what is stored, who sent it, what is still on its way, and which events name it.

-- One row for each content, whoever sent it. object_key: where its bytes lie in the object store.
CREATE TABLE files (
    sha256       BYTEA NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    kind         TEXT NOT NULL CHECK (kind IN ('jpeg', 'png', 'webp', 'pdf')),
    length_bytes BIGINT NOT NULL CHECK (length_bytes > 0),
    object_key   TEXT NOT NULL UNIQUE,
    stored_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX files_by_time ON files (stored_at);

-- Who sent every byte of a file: to know its hash opens nothing.
CREATE TABLE file_senders (
    sha256    BYTEA NOT NULL REFERENCES files (sha256),
    person_id UUID NOT NULL REFERENCES people (id),
    sent_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (sha256, person_id)
);

-- A file on its way. sender_id: the device of the session, or the person where the session has none.
CREATE TABLE file_uploads (
    id           UUID NOT NULL PRIMARY KEY,
    sender_id    UUID NOT NULL,
    person_id    UUID NOT NULL REFERENCES people (id),
    sha256       BYTEA NOT NULL CHECK (length(sha256) = 32),
    length_bytes BIGINT NOT NULL CHECK (length_bytes > 0),
    offset_bytes BIGINT NOT NULL,
    changed_at   TIMESTAMPTZ NOT NULL,
    UNIQUE (sender_id, sha256),
    CHECK (0 <= offset_bytes AND offset_bytes <= length_bytes)
);
CREATE INDEX file_uploads_by_time ON file_uploads (changed_at);

-- The parts of it that have arrived, each an object of its own.
CREATE TABLE file_parts (
    upload_id    UUID NOT NULL REFERENCES file_uploads (id),
    offset_bytes BIGINT NOT NULL CHECK (offset_bytes >= 0),
    length_bytes BIGINT NOT NULL CHECK (length_bytes > 0),
    object_key   TEXT NOT NULL,
    PRIMARY KEY (upload_id, offset_bytes)
);

-- What a sender has sent on a Hà Nội day.
CREATE TABLE file_quotas (
    sender_id  UUID NOT NULL,
    day        DATE NOT NULL,
    sent_bytes BIGINT NOT NULL CHECK (sent_bytes >= 0),
    PRIMARY KEY (sender_id, day)
);
CREATE INDEX file_quotas_by_day ON file_quotas (day);

-- Which event names which file; written with the event, long before or after the file arrives.
CREATE TABLE event_files (
    event_id UUID NOT NULL REFERENCES custody_events (id),
    place    INTEGER NOT NULL CHECK (place >= 0),
    sha256   BYTEA NOT NULL CHECK (length(sha256) = 32),
    PRIMARY KEY (event_id, place),
    UNIQUE (sha256, event_id)
);
