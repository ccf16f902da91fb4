-- Agreements of generators and facilities: what they cover, and whether manifests under them need a second yes.

-- waste_codes: JSON list in printed form; none = all. copy4_days: local days after acceptance within which copy 4 goes
-- back. It counts once the other side has confirmed it, until it ends or is ended.
CREATE TABLE agreements (
    id                  UUID NOT NULL PRIMARY KEY,
    generator_id        UUID NOT NULL REFERENCES organisations (id),
    facility_id         UUID NOT NULL REFERENCES organisations (id),
    number              TEXT NOT NULL,
    valid_from          TIMESTAMPTZ NOT NULL,
    valid_to            TIMESTAMPTZ NOT NULL,
    waste_codes         TEXT NOT NULL,
    copy4_days          INTEGER NOT NULL CHECK (copy4_days BETWEEN 1 AND 366),
    approves_in_advance BOOLEAN NOT NULL,
    drafted_by          UUID NOT NULL REFERENCES organisations (id),
    drafted_by_person   UUID NOT NULL REFERENCES people (id),
    created_at          TIMESTAMPTZ NOT NULL,
    confirmed_at        TIMESTAMPTZ,
    ended_at            TIMESTAMPTZ,
    CHECK (valid_from < valid_to),
    CHECK (drafted_by IN (generator_id, facility_id))
);
CREATE INDEX agreements_by_generator ON agreements (generator_id, facility_id, valid_from);
CREATE INDEX agreements_by_facility ON agreements (facility_id, valid_from);
