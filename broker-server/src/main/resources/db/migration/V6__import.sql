-- What a staged credential covers and when it ends is read from the vault; nobody ever read these.
alter table pending_confirmation drop column token_expires_at, drop column scopes;

-- Whether a credential that was won elsewhere may lie at imports/<connection>, until it is adopted or destroyed.
alter table connection add column imported boolean not null default false;
create index connection_imported on connection (seq) where imported;
