-- Idempotency keys are kept as hashes: clients build keys of what they like, names and numbers among it. Those from
-- before are forgotten. A key is taken before the work is done, so it has no result until then.

DROP TABLE idempotency;
CREATE TABLE idempotency (
    owner UUID NOT NULL,
    key TEXT NOT NULL,
    operation TEXT NOT NULL,
    request TEXT NOT NULL,
    result UUID,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (owner, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
