-- The outbox of events to apps. A row is written with the change that it tells of and removed once it is delivered;
-- what could not be delivered for 24 hours stays as 'dead'.
create table event_delivery (
    seq           bigint generated always as identity primary key, -- the order of events
    id            uuid        not null unique default gen_random_uuid(), -- webhook-id, the same over all attempts
    app           text        not null references app (id) on delete cascade,
    connection    uuid        references connection (id) on delete cascade,
    type          text        not null,
    partner       text        not null,
    body          text        not null,          -- byte for byte what is sent; holds no secret
    status        text        not null default 'pending' check (status in ('pending', 'dead')),
    attempts      int         not null default 0, -- also the fence: who finds another number has lost the claim
    claimed_until timestamptz,
    due_at        timestamptz not null default now(),
    created_at    timestamptz not null default now(),
    last_failure  text                            -- a code, nothing of what the app answered
);
create index event_delivery_due on event_delivery (due_at) where status = 'pending';
create index event_delivery_order on event_delivery (app, connection, seq) where status = 'pending';

grant select, insert, update, delete on event_delivery to ${runtime_role};
