-- How a street wants its needs matched. A street without a row is matched as the hub's configuration says.

CREATE TABLE matching_settings (
    street_id UUID PRIMARY KEY REFERENCES area (id),
    settings JSONB NOT NULL,
    set_at TIMESTAMPTZ NOT NULL
);
