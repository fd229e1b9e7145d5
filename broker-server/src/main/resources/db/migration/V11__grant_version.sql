-- At which version of the vault the newest grant began; null for connections that were made before this was noted. What
-- waits in refresh_journal with a smaller version is of an older grant, not of an earlier renewal of this one.
alter table connection add column granted_kv_version int;
