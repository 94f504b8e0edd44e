-- People who sign in: their accounts, what they were granted, the sessions of their browsers, and guesses at passwords.

CREATE TABLE account (
    id UUID PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Nobody signs in by password where there is none.
    password_hash TEXT,
    -- A password that somebody else knows: good for choosing another, until then.
    password_expires_at TIMESTAMPTZ,
    disabled_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);

-- One part that an account plays, for one street or one unit; the street is the unit's where it is for a unit.
CREATE TABLE account_grant (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    street_id UUID REFERENCES area (id),
    community_id UUID REFERENCES area (id),
    unit_id UUID REFERENCES partner_unit (id),
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    CHECK (role <> 'public'),
    CHECK ((role = 'administrator') = (street_id IS NULL)),
    CHECK ((role = 'staff') = (community_id IS NOT NULL)),
    CHECK ((role = 'liaison') = (unit_id IS NOT NULL))
);
CREATE INDEX account_grant_account ON account_grant (account_id);
CREATE INDEX account_grant_street ON account_grant (street_id);

-- A browser that is signed in: it acts by one grant at a time.
CREATE TABLE session (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    grant_id UUID REFERENCES account_grant (id),
    hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ NOT NULL,
    -- When it ends for want of use, and when in any case.
    idle_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    -- Begun with a password that somebody else knows: good for choosing another.
    limited BOOLEAN NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_age ON session (expires_at);

-- How often a password was guessed wrong, by account name and by address; both only as hashes.
CREATE TABLE guess (
    key TEXT PRIMARY KEY,
    since TIMESTAMPTZ NOT NULL,
    count BIGINT NOT NULL
);
CREATE INDEX guess_age ON guess (since);
