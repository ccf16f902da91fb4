-- Telling people: what each is told, on which devices and by which ways, and links that do one thing.

-- One row a person told. id: digest of what is told, the same for everybody who is told it. Written in the
-- transaction of the act or event that causes it; spread_at is NULL until its deliveries are made: the outbox.
CREATE TABLE notices (
    id              UUID NOT NULL,
    person_id       UUID NOT NULL REFERENCES people (id),
    role            TEXT NOT NULL
        CHECK (role IN ('generator', 'carrier', 'driver', 'facility', 'inspector', 'authority', 'admin')),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    topic           TEXT NOT NULL,
    finding         TEXT,
    manifest_id     UUID NOT NULL REFERENCES manifests (id),
    urgent          BOOLEAN NOT NULL,
    at              TIMESTAMPTZ NOT NULL,
    read_at         TIMESTAMPTZ,
    spread_at       TIMESTAMPTZ,
    PRIMARY KEY (id, person_id)
);
CREATE INDEX notices_by_person ON notices (person_id, at, id);
CREATE INDEX notices_by_time ON notices (at);
CREATE INDEX notices_unread ON notices (person_id) WHERE read_at IS NULL;
CREATE INDEX notices_unspread ON notices (at) WHERE spread_at IS NULL;

-- What a browser gives to be sent messages: one row a browser, for whoever is signed in there.
-- endpoint_digest: SHA-256 of the endpoint. session_id: the sign-in that asked for it; signing out takes it back.
CREATE TABLE push_subscriptions (
    id              UUID NOT NULL PRIMARY KEY,
    person_id       UUID NOT NULL REFERENCES people (id),
    device_id       UUID REFERENCES devices (id),
    session_id      UUID NOT NULL REFERENCES sessions (id),
    name            TEXT NOT NULL,
    endpoint        TEXT NOT NULL,
    endpoint_digest BYTEA NOT NULL UNIQUE CHECK (length(endpoint_digest) = 32),
    public_key      BYTEA NOT NULL CHECK (length(public_key) = 65),
    auth_secret     BYTEA NOT NULL CHECK (length(auth_secret) = 16),
    language        TEXT NOT NULL CHECK (language IN ('vi', 'en', 'ko')),
    created_at      TIMESTAMPTZ NOT NULL,
    reached_at      TIMESTAMPTZ
);
CREATE INDEX push_subscriptions_by_person ON push_subscriptions (person_id, created_at);
CREATE INDEX push_subscriptions_by_session ON push_subscriptions (session_id);
CREATE INDEX push_subscriptions_by_device ON push_subscriptions (device_id);

-- One way on which a notice travels. subscription_id for push; mail and text find the address when they leave.
-- leased_until: who claimed it has this long; afterwards another may. error: a word, never what an answer said.
CREATE TABLE notice_deliveries (
    id              UUID NOT NULL PRIMARY KEY,
    notice_id       UUID NOT NULL,
    person_id       UUID NOT NULL REFERENCES people (id),
    way             TEXT NOT NULL CHECK (way IN ('push', 'mail', 'text')),
    subscription_id UUID,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped', 'dead')),
    attempts        BIGINT NOT NULL CHECK (attempts >= 0),
    due_at          TIMESTAMPTZ NOT NULL,
    leased_until    TIMESTAMPTZ,
    made_at         TIMESTAMPTZ NOT NULL,
    ended_at        TIMESTAMPTZ,
    error           TEXT,
    CHECK ((way = 'push') = (subscription_id IS NOT NULL)),
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX notice_deliveries_by_notice ON notice_deliveries (notice_id, person_id);
CREATE INDEX notice_deliveries_waiting ON notice_deliveries (due_at) WHERE state = 'waiting';

-- What a person chose; no row = the usual. choices: JSON, topic -> way -> wanted. Minutes of the local day.
CREATE TABLE notice_preferences (
    person_id      UUID NOT NULL PRIMARY KEY REFERENCES people (id),
    language       TEXT NOT NULL CHECK (language IN ('vi', 'en', 'ko')),
    quiet          BOOLEAN NOT NULL,
    quiet_from_min INTEGER NOT NULL CHECK (quiet_from_min BETWEEN 0 AND 1439),
    quiet_to_min   INTEGER NOT NULL CHECK (quiet_to_min BETWEEN 0 AND 1439),
    choices        TEXT NOT NULL,
    updated_at     TIMESTAMPTZ NOT NULL,
    CHECK (quiet_from_min <> quiet_to_min)
);

-- Links in messages that do one thing once, in the name of the person they were sent to.
-- token_hash: SHA-256 of the token, which exists only in the message.
CREATE TABLE action_links (
    token_hash      BYTEA NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    action          TEXT NOT NULL CHECK (action IN ('confirm_pickup', 'approve')),
    notice_id       UUID NOT NULL,
    person_id       UUID NOT NULL REFERENCES people (id),
    role            TEXT NOT NULL,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    manifest_id     UUID NOT NULL REFERENCES manifests (id),
    created_at      TIMESTAMPTZ NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL,
    used_at         TIMESTAMPTZ,
    CHECK (created_at < expires_at)
);
CREATE INDEX action_links_by_notice ON action_links (notice_id, person_id);
CREATE INDEX action_links_by_time ON action_links (expires_at);
