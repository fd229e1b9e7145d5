-- The two roles of the broker on a PostgreSQL server of yours, and who may do what in its database. Run it as an
-- administrator, connected to the broker's database, as often as you like; give the roles their passwords afterwards
-- (docs/postgresql.md). Tables come later, by the owner, with the migrations.

do $$
begin
    if not exists (select from pg_roles where rolname = 'latchkey_owner') then
        create role latchkey_owner;
    end if;
    if not exists (select from pg_roles where rolname = 'latchkey_runtime') then
        create role latchkey_runtime;
    end if;
end
$$;

alter role latchkey_owner login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role latchkey_runtime login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;

-- The broker's statements take milliseconds and its transactions wait for nobody. A statement whose client has gone, and a
-- transaction that a dead process has left open, must not hold rows for longer than this.
alter role latchkey_runtime set statement_timeout = '30s';
alter role latchkey_runtime set idle_in_transaction_session_timeout = '30s';
-- A commit that is acknowledged is on disk: a refresh token that is lost here is lost for good.
alter role latchkey_runtime set synchronous_commit = on;

-- Everybody's rights end here; the owner makes tables in `public`, the runtime role uses what the migrations grant it.
do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to latchkey_owner, latchkey_runtime', current_database());
    execute format('grant create on database %I to latchkey_owner', current_database());
    execute format('grant latchkey_owner to %I', current_user);
end
$$;
revoke all on schema public from public;
alter schema public owner to latchkey_owner;
grant usage on schema public to latchkey_runtime;
