-- What looking ahead meant for a run: how many needs were expected, and what it costs that something is kept back for them.

ALTER TABLE matching_run ADD COLUMN expected_count BIGINT;
ALTER TABLE matching_run ADD COLUMN foresight_cost BIGINT;
