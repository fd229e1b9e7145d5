-- What a staged credential covers and when it ends is read from the vault; nobody ever read these.
alter table pending_confirmation drop column token_expires_at, drop column scopes;
