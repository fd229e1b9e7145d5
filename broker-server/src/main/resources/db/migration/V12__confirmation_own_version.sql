-- Once a handle was right: the version that the credential gets as the connection's own, noted before it is written; null
-- until then. Whoever finishes for a confirmer that died tells by it whether that was done.
alter table pending_confirmation add column own_version int;
