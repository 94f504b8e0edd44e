-- Tokens get new secrets while the old one still works for a while, and it is known when each was last used.

ALTER TABLE token ADD COLUMN previous_hash TEXT;
ALTER TABLE token ADD COLUMN previous_until TIMESTAMPTZ;
ALTER TABLE token ADD COLUMN used_at TIMESTAMPTZ;
CREATE UNIQUE INDEX token_previous ON token (previous_hash);
CREATE INDEX token_street ON token (street_id);
