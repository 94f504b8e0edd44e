-- Terms on which a need is served: the least that one claim takes of it, and how many services may share it.

ALTER TABLE need ADD COLUMN smallest_lot BIGINT CHECK (smallest_lot > 0 AND smallest_lot <= quantity);
ALTER TABLE need ADD COLUMN most_services BIGINT CHECK (most_services > 0);
