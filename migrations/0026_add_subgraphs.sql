-- Partners' own graphs that join the hub's (subgraphs), what they submitted (publications), and the graphs of all together
-- (supergraphs), of which every version is kept.

-- Schemas as texts, each once, by the hash of the text.
CREATE TABLE schema_text (
    hash TEXT PRIMARY KEY,
    text TEXT NOT NULL
);

CREATE TABLE subgraph (
    id UUID PRIMARY KEY,
    -- Names everything that the partner brings: it is never given to another.
    name TEXT NOT NULL UNIQUE,
    unit_id UUID NOT NULL REFERENCES partner_unit (id),
    street_id UUID NOT NULL REFERENCES area (id),
    url TEXT NOT NULL,
    state TEXT NOT NULL,
    -- What looking at the partner's endpoint found: when, why it failed, and since when and how it differs from what is live.
    polled_at TIMESTAMPTZ,
    poll_failure TEXT,
    drifted_at TIMESTAMPTZ,
    drift JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX subgraph_unit ON subgraph (unit_id);
CREATE INDEX subgraph_street ON subgraph (street_id);

CREATE TABLE publication (
    id UUID PRIMARY KEY,
    subgraph_id UUID NOT NULL REFERENCES subgraph (id),
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    url TEXT NOT NULL,
    sdl_hash TEXT NOT NULL REFERENCES schema_text (hash),
    -- What the check found when it was submitted.
    problems JSONB NOT NULL,
    breaking JSONB NOT NULL,
    adds JSONB NOT NULL,
    reads JSONB NOT NULL,
    reason TEXT,
    role TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    decided_at TIMESTAMPTZ,
    UNIQUE (subgraph_id, number)
);
-- Of each subgraph one publication is live at most, and one waits at most.
CREATE UNIQUE INDEX publication_live ON publication (subgraph_id) WHERE state = 'live';
CREATE UNIQUE INDEX publication_waiting ON publication (subgraph_id) WHERE state = 'waiting';

CREATE TABLE supergraph (
    id UUID PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    cause TEXT NOT NULL,
    -- Whose joining, renewal or leaving it was.
    subgraph_id UUID REFERENCES subgraph (id),
    -- The version that was gone back to.
    restored BIGINT,
    sdl_hash TEXT NOT NULL REFERENCES schema_text (hash),
    api_hash TEXT NOT NULL REFERENCES schema_text (hash),
    -- The hub's own part.
    hub_hash TEXT NOT NULL REFERENCES schema_text (hash),
    role TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE supergraph_member (
    supergraph_id UUID NOT NULL REFERENCES supergraph (id),
    publication_id UUID NOT NULL REFERENCES publication (id),
    PRIMARY KEY (supergraph_id, publication_id)
);

-- The version that is live; 0 before the first. Whoever makes another live holds this row.
CREATE TABLE supergraph_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL
);
INSERT INTO supergraph_head (id, number) VALUES (1, 0);

-- How a partner's endpoint answers, as each running gateway sees it.
CREATE TABLE subgraph_health (
    subgraph_id UUID NOT NULL REFERENCES subgraph (id),
    replica UUID NOT NULL,
    heard_at TIMESTAMPTZ NOT NULL,
    circuit TEXT NOT NULL,
    requests BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    p50_millis BIGINT NOT NULL,
    p99_millis BIGINT NOT NULL,
    last_failure TEXT,
    last_failure_at TIMESTAMPTZ,
    PRIMARY KEY (subgraph_id, replica)
);
