-- What the unguessable webhook URL of a registration is derived from, with a key that is in the secret store.
alter table partner add column webhook_salt uuid not null default gen_random_uuid();

-- Which messages of partners came already, for a day: a second one is answered and not delivered (R124).
create table webhook_seen (
    partner     text        not null references partner (id) on delete cascade,
    mark_sha256 bytea       not null,             -- of the message's id, or of its signed bytes
    seen_at     timestamptz not null default now(),
    primary key (partner, mark_sha256)
);
create index webhook_seen_by_time on webhook_seen (seen_at);

-- An admin may have a dead event tried for another 24 hours.
alter table event_delivery add column replayed_at timestamptz;
create index event_delivery_of_partners on event_delivery (app, partner, seq)
    where status = 'pending' and type = 'partner.event';
create index event_delivery_dead on event_delivery (seq) where status = 'dead';

grant select, insert, update, delete on webhook_seen to ${runtime_role};
