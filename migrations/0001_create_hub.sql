-- The hub's first tables. One portable history for SQLite and PostgreSQL: types that both know, texts for enums,
-- and every invariant that a database can hold held here.

CREATE TABLE area (
    id UUID PRIMARY KEY,
    parent_id UUID REFERENCES area (id),
    street_id UUID REFERENCES area (id),
    community_id UUID REFERENCES area (id),
    kind TEXT NOT NULL,
    code TEXT UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX area_name ON area (parent_id, name);

-- Every area with every area it lies in, itself included: "everything below" without recursion.
CREATE TABLE area_tree (
    ancestor_id UUID NOT NULL REFERENCES area (id),
    area_id UUID NOT NULL REFERENCES area (id),
    distance BIGINT NOT NULL,
    PRIMARY KEY (ancestor_id, area_id)
);
CREATE INDEX area_tree_up ON area_tree (area_id, distance);

CREATE TABLE category (
    id UUID PRIMARY KEY,
    parent_id UUID REFERENCES category (id),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    synonyms TEXT NOT NULL
);

CREATE TABLE category_tree (
    ancestor_id UUID NOT NULL REFERENCES category (id),
    category_id UUID NOT NULL REFERENCES category (id),
    distance BIGINT NOT NULL,
    PRIMARY KEY (ancestor_id, category_id)
);
CREATE INDEX category_tree_up ON category_tree (category_id, distance);

-- The only table with personal data. Erasing a person is deleting a row here.
CREATE TABLE contact (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT NOT NULL
);

CREATE TABLE partner_unit (
    id UUID PRIMARY KEY,
    street_id UUID NOT NULL REFERENCES area (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT,
    credit_code TEXT,
    address TEXT,
    contact_id UUID REFERENCES contact (id) ON DELETE SET NULL,
    search TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (street_id, name)
);

-- Where a unit has checked in (报到): it acts on needs in these areas and below them.
CREATE TABLE check_in (
    unit_id UUID NOT NULL REFERENCES partner_unit (id),
    area_id UUID NOT NULL REFERENCES area (id),
    checked_in_on DATE NOT NULL,
    PRIMARY KEY (unit_id, area_id)
);
CREATE INDEX check_in_area ON check_in (area_id);

CREATE TABLE alliance (
    id UUID PRIMARY KEY,
    street_id UUID NOT NULL REFERENCES area (id),
    name TEXT NOT NULL,
    name_en TEXT,
    purpose TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (street_id, name)
);

CREATE TABLE alliance_member (
    alliance_id UUID NOT NULL REFERENCES alliance (id),
    unit_id UUID NOT NULL REFERENCES partner_unit (id),
    joined_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (alliance_id, unit_id)
);
CREATE INDEX alliance_member_unit ON alliance_member (unit_id);

CREATE TABLE service (
    id UUID PRIMARY KEY,
    unit_id UUID NOT NULL REFERENCES partner_unit (id),
    street_id UUID NOT NULL REFERENCES area (id),
    category_id UUID NOT NULL REFERENCES category (id),
    state TEXT NOT NULL,
    mode TEXT NOT NULL,
    title TEXT NOT NULL,
    title_en TEXT,
    description TEXT,
    target_groups BIGINT NOT NULL CHECK (target_groups > 0),
    eligibility TEXT,
    lead_time_days BIGINT NOT NULL CHECK (lead_time_days >= 0),
    search TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    -- When it was first on offer: from then on everybody may see it.
    listed_at TIMESTAMPTZ,
    CHECK (state NOT IN ('listed', 'paused') OR listed_at IS NOT NULL)
);
CREATE INDEX service_unit ON service (unit_id);
CREATE INDEX service_category ON service (category_id);

-- The areas that a service covers, with everything below them.
CREATE TABLE coverage (
    service_id UUID NOT NULL REFERENCES service (id),
    area_id UUID NOT NULL REFERENCES area (id),
    PRIMARY KEY (service_id, area_id)
);
CREATE INDEX coverage_area ON coverage (area_id);

CREATE TABLE capacity (
    id UUID PRIMARY KEY,
    service_id UUID NOT NULL REFERENCES service (id),
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    measure TEXT NOT NULL,
    total BIGINT NOT NULL,
    held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
    committed BIGINT NOT NULL DEFAULT 0 CHECK (committed >= 0),
    CHECK (held + committed <= total),
    CHECK (starts_at < ends_at)
);
CREATE INDEX capacity_service ON capacity (service_id);

CREATE TABLE availability (
    id UUID PRIMARY KEY,
    service_id UUID NOT NULL REFERENCES service (id),
    rrule TEXT,
    festival TEXT,
    starts_on DATE NOT NULL,
    ends_on DATE,
    start_time TIME NOT NULL,
    minutes BIGINT NOT NULL CHECK (minutes > 0),
    CHECK ((rrule IS NULL) <> (festival IS NULL))
);
CREATE INDEX availability_service ON availability (service_id);

CREATE TABLE need (
    id UUID PRIMARY KEY,
    street_id UUID NOT NULL REFERENCES area (id),
    community_id UUID REFERENCES area (id),
    area_id UUID NOT NULL REFERENCES area (id),
    category_id UUID NOT NULL REFERENCES category (id),
    asking_unit_id UUID REFERENCES partner_unit (id),
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    title_en TEXT,
    description TEXT,
    target_groups BIGINT NOT NULL CHECK (target_groups > 0),
    urgency TEXT NOT NULL,
    urgency_rank BIGINT NOT NULL,
    source TEXT NOT NULL,
    measure TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    claimed BIGINT NOT NULL DEFAULT 0 CHECK (claimed >= 0),
    delivered BIGINT NOT NULL DEFAULT 0 CHECK (delivered >= 0),
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    contact_id UUID REFERENCES contact (id) ON DELETE SET NULL,
    merged_into_id UUID REFERENCES need (id),
    reason TEXT,
    outcome TEXT,
    reopened BIGINT NOT NULL DEFAULT 0,
    verified_at TIMESTAMPTZ,
    search TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    CHECK (starts_at < ends_at),
    CHECK (claimed <= quantity),
    CHECK (delivered <= claimed),
    CHECK ((state = 'merged') = (merged_into_id IS NOT NULL)),
    CHECK (claimed = 0 OR state NOT IN ('draft', 'submitted', 'returned', 'verified', 'merged')),
    CHECK (state <> 'closed' OR (delivered > 0 AND outcome IS NOT NULL))
);
CREATE INDEX need_area ON need (area_id);
CREATE INDEX need_category ON need (category_id);
CREATE INDEX need_street_state ON need (street_id, state);
CREATE INDEX need_asking_unit ON need (asking_unit_id);
CREATE INDEX need_merged_into ON need (merged_into_id);

CREATE TABLE match (
    id UUID PRIMARY KEY,
    need_id UUID NOT NULL REFERENCES need (id),
    service_id UUID NOT NULL REFERENCES service (id),
    capacity_id UUID NOT NULL REFERENCES capacity (id),
    unit_id UUID NOT NULL REFERENCES partner_unit (id),
    asking_unit_id UUID REFERENCES partner_unit (id),
    street_id UUID NOT NULL REFERENCES area (id),
    state TEXT NOT NULL,
    initiator TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    delivered BIGINT NOT NULL DEFAULT 0 CHECK (delivered >= 0),
    released BIGINT NOT NULL DEFAULT 0 CHECK (released >= 0),
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    score BIGINT,
    reasons JSONB,
    asking_confirmed_at TIMESTAMPTZ,
    offering_confirmed_at TIMESTAMPTZ,
    stand_in_side TEXT,
    stand_in_reason TEXT,
    reason TEXT,
    respond_by TIMESTAMPTZ NOT NULL,
    accepted_at TIMESTAMPTZ,
    -- The matching that a coordinator took it from: all that were taken at once share it.
    matching_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    CHECK (starts_at < ends_at),
    CHECK (delivered + released <= quantity),
    -- A unit never serves a need of its own, so it never judges or closes its own work.
    CHECK (asking_unit_id IS NULL OR asking_unit_id <> unit_id),
    CHECK ((stand_in_side IS NULL) = (stand_in_reason IS NULL)),
    -- Nothing is agreed on before both sides have confirmed.
    CHECK (
        state NOT IN ('accepted', 'scheduled', 'in_progress', 'delivered', 'confirmed')
        OR (asking_confirmed_at IS NOT NULL AND offering_confirmed_at IS NOT NULL AND accepted_at IS NOT NULL)
    ),
    -- What has ended keeps what it delivered and nothing more.
    CHECK (
        state NOT IN ('confirmed', 'declined', 'expired', 'cancelled', 'no_show', 'failed')
        OR delivered + released = quantity
    )
);
CREATE INDEX match_need ON match (need_id);
CREATE INDEX match_service ON match (service_id);
CREATE INDEX match_unit ON match (unit_id);
CREATE INDEX match_street_state ON match (street_id, state);
CREATE INDEX match_matching ON match (matching_id) WHERE matching_id IS NOT NULL;
CREATE INDEX match_awaiting ON match (respond_by) WHERE state IN ('suggested', 'proposed');
-- One live match for each need and line of capacity, until it has delivered.
CREATE UNIQUE INDEX match_live ON match (need_id, capacity_id)
WHERE state IN ('suggested', 'proposed', 'accepted', 'scheduled', 'in_progress', 'delivered');

CREATE TABLE fulfilment (
    id UUID PRIMARY KEY,
    match_id UUID NOT NULL REFERENCES match (id),
    delivered_on DATE NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    people_reached BIGINT NOT NULL CHECK (people_reached >= 0),
    evidence TEXT,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX fulfilment_match ON fulfilment (match_id);
CREATE INDEX fulfilment_day ON fulfilment (delivered_on);

CREATE TABLE rating (
    id UUID PRIMARY KEY,
    match_id UUID NOT NULL UNIQUE REFERENCES match (id),
    solved BOOLEAN NOT NULL,
    satisfied BOOLEAN NOT NULL,
    stars BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
    comment TEXT,
    called_back BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE directive (
    id UUID PRIMARY KEY,
    street_id UUID NOT NULL REFERENCES area (id),
    kind TEXT NOT NULL,
    need_id UUID NOT NULL REFERENCES need (id),
    service_id UUID NOT NULL REFERENCES service (id),
    quantity BIGINT CHECK (quantity > 0),
    reason TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    lifted_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX directive_pair ON directive (need_id, service_id) WHERE lifted_at IS NULL;
CREATE INDEX directive_street ON directive (street_id);

-- The trail: appended only, numbered without gaps in the order of commits.
CREATE TABLE event (
    seq BIGINT PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    at TIMESTAMPTZ NOT NULL,
    role TEXT NOT NULL,
    token_id UUID,
    street_id UUID,
    subject TEXT NOT NULL,
    subject_id UUID NOT NULL,
    kind TEXT NOT NULL,
    data JSONB NOT NULL
);
CREATE INDEX event_subject ON event (subject, subject_id, seq);

CREATE TABLE event_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO event_head (id, seq) VALUES (1, 0);

CREATE TABLE token (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    street_id UUID REFERENCES area (id),
    community_id UUID REFERENCES area (id),
    unit_id UUID REFERENCES partner_unit (id),
    scopes TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);

-- What a request with an idempotency key did, so that its repetition does nothing more.
CREATE TABLE idempotency (
    owner UUID NOT NULL,
    key TEXT NOT NULL,
    operation TEXT NOT NULL,
    request TEXT NOT NULL,
    result UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (owner, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
