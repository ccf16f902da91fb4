-- Statistics: what manifests add up to by day, place, waste, method, state and party, kept with every change of a manifest.

-- Appended by whoever changes a manifest, in that transaction: what it adds now minus what it added before. Nobody
-- waits for anybody; a job moves them into the roll-ups, and readers sum both.
-- day: local day (Asia/Ho_Chi_Minh) of the issue. Provinces are empty where unknown. firsts: of what the line is the
-- first of its manifest, a set of bits; counts are summed over one of them. Masses in grams, times in seconds.
CREATE TABLE rollup_deltas (
    batch_id        UUID NOT NULL,
    ordinal         INTEGER NOT NULL,
    day             DATE NOT NULL,
    from_province   TEXT NOT NULL,
    to_province     TEXT NOT NULL,
    waste_code      TEXT NOT NULL,
    method          TEXT NOT NULL,
    state           TEXT NOT NULL,
    firsts          SMALLINT NOT NULL,
    generator_id    UUID NOT NULL,
    carrier_id      UUID NOT NULL,
    facility_id     UUID NOT NULL,
    lines           BIGINT NOT NULL,
    declared_mass_g BIGINT NOT NULL,
    loaded_mass_g   BIGINT NOT NULL,
    received_mass_g BIGINT NOT NULL,
    refused_mass_g  BIGINT NOT NULL,
    treated_mass_g  BIGINT NOT NULL,
    compared_mass_g BIGINT NOT NULL,
    manifests       BIGINT NOT NULL,
    open_findings   BIGINT NOT NULL,
    with_findings   BIGINT NOT NULL,
    discrepant      BIGINT NOT NULL,
    arrived         BIGINT NOT NULL,
    late            BIGINT NOT NULL,
    waits           BIGINT NOT NULL,
    wait_s          BIGINT NOT NULL,
    drives          BIGINT NOT NULL,
    drive_s         BIGINT NOT NULL,
    decisions       BIGINT NOT NULL,
    decision_s      BIGINT NOT NULL,
    PRIMARY KEY (batch_id, ordinal)
);

-- grain 'party': a row a day and trio of parties; 'day' and 'month' (its first day): all parties together, their ids nil.
CREATE TABLE rollups (
    grain           TEXT NOT NULL CHECK (grain IN ('party', 'day', 'month')),
    day             DATE NOT NULL,
    from_province   TEXT NOT NULL,
    to_province     TEXT NOT NULL,
    waste_code      TEXT NOT NULL,
    method          TEXT NOT NULL,
    state           TEXT NOT NULL,
    firsts          SMALLINT NOT NULL,
    generator_id    UUID NOT NULL,
    carrier_id      UUID NOT NULL,
    facility_id     UUID NOT NULL,
    lines           BIGINT NOT NULL,
    declared_mass_g BIGINT NOT NULL,
    loaded_mass_g   BIGINT NOT NULL,
    received_mass_g BIGINT NOT NULL,
    refused_mass_g  BIGINT NOT NULL,
    treated_mass_g  BIGINT NOT NULL,
    compared_mass_g BIGINT NOT NULL,
    manifests       BIGINT NOT NULL,
    open_findings   BIGINT NOT NULL,
    with_findings   BIGINT NOT NULL,
    discrepant      BIGINT NOT NULL,
    arrived         BIGINT NOT NULL,
    late            BIGINT NOT NULL,
    waits           BIGINT NOT NULL,
    wait_s          BIGINT NOT NULL,
    drives          BIGINT NOT NULL,
    drive_s         BIGINT NOT NULL,
    decisions       BIGINT NOT NULL,
    decision_s      BIGINT NOT NULL,
    PRIMARY KEY (grain, day, from_province, to_province, waste_code, method, state, firsts,
                 generator_id, carrier_id, facility_id)
);
CREATE INDEX rollups_by_generator ON rollups (generator_id, day) WHERE grain = 'party';
CREATE INDEX rollups_by_carrier ON rollups (carrier_id, day) WHERE grain = 'party';
CREATE INDEX rollups_by_facility ON rollups (facility_id, day) WHERE grain = 'party';
-- Rows that became empty, for the job that removes them.
CREATE INDEX rollups_empty ON rollups (grain) WHERE lines = 0;

-- The list behind a figure: manifests of the days of their issue.
CREATE INDEX manifests_by_issue ON manifests (issued_at, id);
