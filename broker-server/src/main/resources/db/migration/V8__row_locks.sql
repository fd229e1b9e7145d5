-- Rows that exist to be locked, so that changes of one thing follow each other also where the thing has no row yet. They are
-- held by a transaction like any other row: nothing of a session, so that a pooler between may share sessions.

-- A path of the local secret store; there while it has a record.
create table local_vault_path (
    path text primary key
);

-- A registration, of that id or once of that id.
create table partner_turn (
    id text primary key
);

grant select, insert, update, delete on local_vault_path, partner_turn to ${runtime_role};
