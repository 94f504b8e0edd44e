-- The trail as a chain: each event carries a hash over itself and over the event before it, so that none can be changed,
-- taken out or put in unnoticed. Who it was stands there as a pseudonym, and also on whose behalf and from where.

CREATE TABLE chained (
    seq BIGINT PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    at TIMESTAMPTZ NOT NULL,
    role TEXT NOT NULL,
    actor_id UUID,
    behalf_id UUID,
    address TEXT,
    request TEXT,
    street_id UUID,
    subject TEXT NOT NULL,
    subject_id UUID NOT NULL,
    kind TEXT NOT NULL,
    -- JSON, kept as the very text that the hash covers: as JSONB, PostgreSQL would write it another way.
    data TEXT NOT NULL,
    -- Missing only in rows from before the chain, until the hub chains them.
    hash TEXT
);
INSERT INTO chained (seq, id, at, role, actor_id, street_id, subject, subject_id, kind, data)
SELECT seq, id, at, role, token_id, street_id, subject, subject_id, kind, CAST(data AS TEXT) FROM event;
DROP TABLE event;
ALTER TABLE chained RENAME TO event;
CREATE INDEX event_subject ON event (subject, subject_id, seq);

ALTER TABLE event_head
ADD COLUMN hash TEXT NOT NULL DEFAULT '0000000000000000000000000000000000000000000000000000000000000000';
