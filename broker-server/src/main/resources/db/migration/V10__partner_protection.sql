-- What all processes share about their partners, so that together they stay within what a partner bears.

-- One turn after the other: the state of a bucket (Bucket4j writes it), by registration and rate. expires_at is in
-- milliseconds since 1970, by the database's clock.
create table partner_rate (
    id         text   primary key,
    state      bytea,
    expires_at bigint
);
create index partner_rate_by_expiry on partner_rate (expires_at);

-- How long a partner wants to be left alone (Retry-After); over, if until is past.
create table partner_pause (
    partner      text        primary key,
    until        timestamptz not null,
    rate_limited boolean     not null -- 429; else 503
);

grant select, insert, update, delete on partner_rate, partner_pause to ${runtime_role};
