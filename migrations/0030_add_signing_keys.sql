-- Keys by which the gateway signs who asks, for partner units: one history for all hubs on this database. A seed is secret:
-- whoever reads this table can speak for the hub to its partners. The salt makes the names by which partners know people,
-- and never changes, so that a name stays a name.

CREATE TABLE signing_key (
    number BIGINT PRIMARY KEY,
    seed TEXT NOT NULL CHECK (LENGTH(seed) = 64),
    created_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE subject_salt (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    salt TEXT NOT NULL CHECK (LENGTH(salt) = 64)
);
