-- What a run makes of suggestions that nobody has answered yet: which stay as they are, and which move and why.

ALTER TABLE matching_run ADD COLUMN kept_count BIGINT;
ALTER TABLE matching_run ADD COLUMN move_gain BIGINT;
ALTER TABLE matching_run ADD COLUMN moves JSONB;
ALTER TABLE matching_run_match ADD COLUMN match_id UUID;
