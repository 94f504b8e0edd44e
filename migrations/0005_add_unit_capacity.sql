-- What a unit can do in all, whatever its services: every claim that falls into such a line counts there too.

CREATE TABLE unit_capacity (
    id UUID PRIMARY KEY,
    unit_id UUID NOT NULL REFERENCES partner_unit (id),
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    measure TEXT NOT NULL,
    total BIGINT NOT NULL,
    held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
    committed BIGINT NOT NULL DEFAULT 0 CHECK (committed >= 0),
    CHECK (held + committed <= total),
    CHECK (starts_at < ends_at)
);
CREATE INDEX unit_capacity_unit ON unit_capacity (unit_id);

ALTER TABLE match ADD COLUMN unit_capacity_id UUID REFERENCES unit_capacity (id);
CREATE INDEX match_unit_capacity ON match (unit_capacity_id) WHERE unit_capacity_id IS NOT NULL;
