-- What the identity provider says about accounts and clients by itself (RFC 8417, RFC 8935).

-- Who is refused although a token of theirs may still be valid, and when that was last said, by the provider's clock.
create table identity_principal (
    kind     text        not null check (kind in ('person', 'client')),
    name     text        not null,              -- the subject (sub) of a person, the id of a client
    state    text        not null check (state in ('disabled', 'purged', 'enabled')),
    told_at  timestamptz not null,
    noted_at timestamptz not null default now(),
    primary key (kind, name)
);

-- Grows with each change of the table above, in the same transaction: one number tells a replica whether to read it again.
create table identity_change (
    only_row boolean primary key default true check (only_row),
    number   bigint  not null default 0
);
insert into identity_change default values;

-- Which events came already: a second one is acknowledged and does nothing. Open ones still have connections to end.
create table identity_event (
    jti_sha256    bytea primary key,
    kind          text        not null,
    name          text        not null,
    created_until timestamptz,                  -- only connections made up to then end; null: all of them
    open          boolean     not null,
    seen_at       timestamptz not null default now()
);
create index identity_event_open on identity_event (seen_at) where open;
create index identity_event_by_time on identity_event (seen_at);

grant select, insert, update, delete on identity_principal, identity_event to ${runtime_role};
grant select, update on identity_change to ${runtime_role};
