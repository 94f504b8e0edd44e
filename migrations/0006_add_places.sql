-- Where areas and units are, in whole microdegrees (WGS 84), so that nearness can be told in metres.

ALTER TABLE area ADD COLUMN latitude BIGINT CHECK (latitude BETWEEN -90000000 AND 90000000);
ALTER TABLE area ADD COLUMN longitude BIGINT CHECK (
    longitude BETWEEN -180000000 AND 180000000 AND (longitude IS NULL) = (latitude IS NULL)
);
ALTER TABLE partner_unit ADD COLUMN latitude BIGINT CHECK (latitude BETWEEN -90000000 AND 90000000);
ALTER TABLE partner_unit ADD COLUMN longitude BIGINT CHECK (
    longitude BETWEEN -180000000 AND 180000000 AND (longitude IS NULL) = (latitude IS NULL)
);
