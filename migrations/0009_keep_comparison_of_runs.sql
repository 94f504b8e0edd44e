-- Who would gain and who would lose in a run that only supposes something, beside the matching as it was then.

ALTER TABLE matching_run ADD COLUMN comparison JSONB;
