-- Matchings that are computed in the background: what was asked, how far each is, and what came of it.

CREATE TABLE matching_run (
    id UUID PRIMARY KEY,
    street_id UUID REFERENCES area (id),
    area_id UUID NOT NULL REFERENCES area (id),
    category_id UUID REFERENCES category (id),
    state TEXT NOT NULL,
    -- All that it takes to compute it again to the last bit: how it was matched, what was supposed, what the world was.
    settings JSONB NOT NULL,
    what_if JSONB,
    fingerprint TEXT,
    progress BIGINT NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1000),
    role TEXT NOT NULL,
    token_id UUID,
    -- The hub that computes it, and when it was last heard of: one that falls silent loses the run to another.
    hub UUID,
    heard_at TIMESTAMPTZ,
    tries BIGINT NOT NULL DEFAULT 0,
    failure TEXT,
    need_count BIGINT,
    served_count BIGINT,
    partly_served_count BIGINT,
    total BIGINT,
    cost BIGINT,
    proven_cost BIGINT,
    created_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    applied_at TIMESTAMPTZ,
    CHECK (state <> 'running' OR (hub IS NOT NULL AND heard_at IS NOT NULL AND started_at IS NOT NULL)),
    CHECK (state <> 'done' OR (fingerprint IS NOT NULL AND progress = 1000 AND cost IS NOT NULL)),
    CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CHECK ((state IN ('done', 'cancelled', 'failed')) = (finished_at IS NOT NULL)),
    -- What was only supposed is never put before people.
    CHECK (applied_at IS NULL OR (state = 'done' AND what_if IS NULL))
);
CREATE INDEX matching_run_area ON matching_run (area_id);
CREATE INDEX matching_run_street ON matching_run (street_id, created_at);
CREATE INDEX matching_run_open ON matching_run (created_at) WHERE state IN ('queued', 'running');
CREATE INDEX matching_run_over ON matching_run (finished_at);

-- Needs and services of a result may be supposed ones, which have no rows: so these ids refer to nothing.
CREATE TABLE matching_run_match (
    id UUID PRIMARY KEY,
    run_id UUID NOT NULL REFERENCES matching_run (id) ON DELETE CASCADE,
    ordinal BIGINT NOT NULL,
    need_id UUID NOT NULL,
    need_title TEXT NOT NULL,
    service_id UUID NOT NULL,
    service_title TEXT NOT NULL,
    capacity_id UUID NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    pinned BIGINT NOT NULL CHECK (pinned BETWEEN 0 AND quantity),
    score BIGINT NOT NULL,
    reasons JSONB NOT NULL,
    next_best JSONB,
    UNIQUE (run_id, ordinal)
);

CREATE TABLE matching_run_unmet (
    id UUID PRIMARY KEY,
    run_id UUID NOT NULL REFERENCES matching_run (id) ON DELETE CASCADE,
    ordinal BIGINT NOT NULL,
    need_id UUID NOT NULL,
    need_title TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    reason TEXT NOT NULL,
    zh TEXT NOT NULL,
    en TEXT NOT NULL,
    UNIQUE (run_id, ordinal)
);
