-- What a renewal leaves behind when its process or a store dies, so that the next one can tell what happened.

-- How often the same credential was sent without an answer that could be kept; created_at is the first time.
alter table refresh_intent add column sends int not null default 1;
create index refresh_intent_open on refresh_intent (connection) where state = 'SENDING';

-- A renewed credential that the vault could not take: sealed under installation/journal-key, moved into the vault by the
-- next owner of the connection's lease, and then removed.
create table refresh_journal (
    attempt    uuid primary key,
    connection uuid        not null references connection (id) on delete cascade,
    kv_version int         not null,          -- what the vault held before; the version to be replaced
    ciphertext bytea       not null,
    created_at timestamptz not null default now()
);
create index refresh_journal_by_connection on refresh_journal (connection);

grant select, insert, update, delete on refresh_journal to ${runtime_role};
