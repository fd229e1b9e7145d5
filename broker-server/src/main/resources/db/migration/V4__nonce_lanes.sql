-- Whose turn it is to send with a key whose nonces must grow, and up to which number nonces may have been used.
create table nonce_lane (
    key_fingerprint text primary key,                -- HMAC of the API key: registrations with one key share its lane
    owner           uuid,                            -- the process that may send
    epoch           bigint      not null default 1,  -- the fence: grows with each owner
    lease_until     timestamptz,                     -- by the database's clock
    reserved_up_to  bigint      not null,            -- no nonce above this was ever used
    next_owner      uuid,                            -- the process that asked first while the lane was taken
    next_until      timestamptz
);

-- Never deleted: the number must not be forgotten.
grant select, insert, update on nonce_lane to ${runtime_role};
revoke delete, truncate on nonce_lane from ${runtime_role};
