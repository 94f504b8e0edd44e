-- Accounts of an OpenID provider that were linked to accounts here, by what the provider calls them for good.

CREATE TABLE account_subject (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id UUID NOT NULL REFERENCES account (id),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX account_subject_account ON account_subject (account_id);
