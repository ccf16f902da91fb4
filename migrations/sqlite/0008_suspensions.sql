-- Suspensions have a history: a load is judged by the standing of its parties at the time, whatever came later.

-- organisations.suspended_at stays what is so now; here is every suspension there was. lifted_at is null while it lasts.
CREATE TABLE suspensions (
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    suspended_at    TIMESTAMPTZ NOT NULL,
    lifted_at       TIMESTAMPTZ,
    reason          TEXT NOT NULL,
    PRIMARY KEY (organisation_id, suspended_at),
    CHECK (lifted_at IS NULL OR suspended_at <= lifted_at)
);

INSERT INTO suspensions (organisation_id, suspended_at, lifted_at, reason)
SELECT id, suspended_at, NULL, '' FROM organisations WHERE suspended_at IS NOT NULL;
