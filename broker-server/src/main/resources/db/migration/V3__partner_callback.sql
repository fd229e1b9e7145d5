-- A partner that calls us between consent and return brings a one-time code of ours. How often it came and when first is
-- what tells a retry from a replay; both by the database's clock.
alter table pending_handshake
    add column partner_code_sha256 bytea unique,
    add column partner_calls       int         not null default 0,
    add column partner_called_at   timestamptz,
    add column created_at          timestamptz not null default clock_timestamp();
