-- The schema of the broker. Run by the owner role; the runtime role gets its rights at the end.
-- Nothing secret stands here in the clear: digests, fingerprints, ciphertext only.

create table app (
    id                    text primary key,
    name                  text        not null,
    return_urls           text[]      not null,
    events_url            text,
    secret_sha256         bytea       not null,
    old_secret_sha256     bytea,
    old_secret_ends_at    timestamptz,
    created_at            timestamptz not null default now(),
    created_by            text        not null
);

-- A person of the embedded default; with an OpenID provider the table stays empty.
create table local_user (
    name          text primary key,
    password_hash text not null
);

-- Our registration at a partner; its credentials are in the vault at partners/<id>.
create table partner (
    id            text primary key,
    catalog       text        not null,
    name          text        not null,
    settings      jsonb       not null default '{}',
    fingerprints  jsonb       not null default '{}',
    misconfigured boolean     not null default false,
    version       bigint      not null default 0,
    created_at    timestamptz not null default now(),
    created_by    text        not null
);
-- One private key, one registration (R99); registrations without one have no entry here.
create unique index partner_private_key on partner ((fingerprints ->> 'private_key'));

create table connection (
    id               uuid primary key,
    seq              bigint generated always as identity unique,
    partner          text        not null references partner (id),
    owner            text        not null,
    status           text        not null check (status in ('requested', 'approved', 'authorizing',
                         'pending_confirmation', 'active', 'needs_reauth', 'expired', 'rejected', 'revoked')),
    requested_scopes text[]      not null,
    requested_methods text[]     not null,
    scopes           text[]      not null,          -- approved, at most what was requested
    methods          text[]      not null,
    partner_scopes   text[]      not null default '{}', -- what the partner's token covers
    return_url       text,
    purpose          text,
    requested_by     text        not null,          -- app or person
    requested_by_app boolean     not null,
    approved_by      text,
    approval_rule    text,                          -- the standing approval that approved it
    approved_at      timestamptz,
    comment          text,
    expires_at       timestamptz,                   -- of the approval
    reason           text,                          -- why it is in this status, a code
    created_at       timestamptz not null default now(),
    version          bigint      not null default 0, -- grows with each change that a hand-out must see
    -- the credential, see docs/storage-schema.md and part (e) of the refresh protocol
    kv_version       int         not null default 0,
    token_expires_at timestamptz,
    refresh_due_at   timestamptz,
    lease_owner      text,
    lease_until      timestamptz,
    epoch            bigint      not null default 0,
    failures         int         not null default 0,
    retry_at         timestamptz
);
create index connection_by_partner on connection (partner, seq desc);
create index connection_by_owner on connection (owner, seq desc);
create index connection_refresh_due on connection (refresh_due_at) where status = 'active';
create index connection_expiry on connection (expires_at) where expires_at is not null;

-- Which apps may use a connection, how far.
create table connection_grant (
    connection uuid        not null references connection (id) on delete cascade,
    app        text        not null references app (id),
    scopes     text[],                              -- null: all of the connection's
    methods    text[]      not null default '{}',
    created_at timestamptz not null default now(),
    created_by text        not null,
    primary key (connection, app)
);
create index connection_grant_by_app on connection_grant (app);

create table standing_approval (
    partner    text        not null references partner (id) on delete cascade,
    app        text        not null references app (id),
    scopes     text[]      not null,
    methods    text[]      not null default '{}',
    expires_at timestamptz,
    comment    text,
    created_at timestamptz not null default now(),
    created_by text        not null,
    primary key (partner, app)
);

-- The one-time link that starts the browser step; bound to the first browser that opens it.
create table connect_ticket (
    id             uuid primary key,
    ticket_sha256  bytea       not null unique,
    connection     uuid        not null references connection (id) on delete cascade,
    issued_to      text        not null,
    browser_sha256 bytea,
    expires_at     timestamptz not null
);
create index connect_ticket_by_connection on connect_ticket (connection);

-- A browser on its way through the partner. What is secret about it is in the vault at handshakes/<id>.
create table pending_handshake (
    id           uuid primary key,
    state_sha256 bytea       not null unique,
    ticket       uuid        not null references connect_ticket (id) on delete cascade,
    connection   uuid        not null references connection (id) on delete cascade,
    partner      text        not null,
    issuer       text,
    iss_required boolean     not null default false,
    expires_at   timestamptz not null
);
create index pending_handshake_by_connection on pending_handshake (connection);

-- A credential that waits in the vault at staged/<connection> for the asking app's confirmation.
create table pending_confirmation (
    connection    uuid primary key references connection (id) on delete cascade,
    handle_sha256 bytea       not null,
    issued_to     text        not null,
    wrong_handles int         not null default 0,
    staged_version int        not null,
    token_expires_at timestamptz not null,
    scopes        text[]      not null,
    expires_at    timestamptz not null
);

-- The intent of a refresh, written before the refresh token is sent (part e, step 4).
create table refresh_intent (
    connection   uuid primary key references connection (id) on delete cascade,
    attempt      uuid        not null,
    token_sha256 bytea       not null,
    kv_version   int         not null,
    epoch        bigint      not null,
    state        text        not null check (state in ('PREPARED', 'SENDING', 'CLEARED', 'DONE')),
    created_at   timestamptz not null default now()
);

-- A credential to be revoked at its partner; the token itself is in the vault at revocations/<id> (R103).
create table pending_revocation (
    id         uuid primary key,
    connection uuid        not null references connection (id),
    partner    text        not null,
    attempts   int         not null default 0,
    retry_at   timestamptz not null default now(),
    expires_at timestamptz not null
);

create table audit_event (
    seq               bigint generated always as identity primary key,
    id                uuid        not null unique,
    time              timestamptz not null default clock_timestamp(),
    actor             text        not null,
    actor_type        text        not null,
    action            text        not null,
    connection        uuid,
    app               text,
    partner           text,
    outcome           text        not null,
    code              text,
    request_id        text        not null,
    source_ip         text        not null,
    token_fingerprint text,
    details           jsonb       not null default '{}'
);
create index audit_event_by_connection on audit_event (connection, seq desc);
create index audit_event_by_app on audit_event (app, seq desc);

-- The local secret store (latchkey.vault.kind=local): envelope-encrypted, versioned like Vault KV version 2.
create table local_vault (
    path       text        not null,
    version    int         not null check (version > 0),
    ciphertext bytea       not null,
    created_at timestamptz not null default now(),
    primary key (path, version)
);

-- db-scheduler's own table.
create table scheduled_tasks (
    task_name            text        not null,
    task_instance        text        not null,
    task_data            bytea,
    execution_time       timestamptz not null,
    picked               boolean     not null,
    picked_by            text,
    last_success         timestamptz,
    last_failure         timestamptz,
    consecutive_failures int,
    last_heartbeat       timestamptz,
    version              bigint      not null,
    priority             smallint,
    primary key (task_name, task_instance)
);
create index scheduled_tasks_by_time on scheduled_tasks (execution_time);
create index scheduled_tasks_by_heartbeat on scheduled_tasks (last_heartbeat);

-- The runtime role may do everything that the broker does, and nothing else: never change or remove audit rows (R175).
grant usage on schema public to ${runtime_role};
grant select, insert, update, delete on all tables in schema public to ${runtime_role};
revoke update, delete, truncate on audit_event from ${runtime_role};
revoke insert, update, delete on flyway_schema_history from ${runtime_role};
