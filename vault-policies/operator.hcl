# Holder: the people on call. They see whether the mount is in order and can cut the broker off; they read no secret,
# and change neither policies nor roles: that is done by vault-policies/setup with a token that is revoked afterwards.

# Which records there are, how many versions, how old: for a comparison with the database after a restore.
path "latchkey/metadata/*" {
  capabilities = ["read", "list"]
}

# Whether the mount keeps two versions and demands check-and-set.
path "latchkey/config" {
  capabilities = ["read"]
}

# A record that somebody deleted by hand comes back, unread.
path "latchkey/undelete/+/+" {
  capabilities = ["create", "update"]
}

# What the broker may do at present.
path "sys/policies/acl/latchkey-broker-runtime" {
  capabilities = ["read"]
}

# In an emergency: which SecretIDs the broker has, and an end to one of them.
path "auth/approle/role/latchkey-broker/secret-id/" {
  capabilities = ["list"]
}
path "auth/approle/role/latchkey-broker/secret-id-accessor/lookup" {
  capabilities = ["create", "update"]
}
path "auth/approle/role/latchkey-broker/secret-id-accessor/destroy" {
  capabilities = ["create", "update"]
}

# In an emergency: an end to every token that was given out by AppRole, the broker's among them. One of them alone would
# have to be named by its accessor, which the audit log of the server shows as a hash only.
path "sys/leases/revoke-prefix/auth/approle/login" {
  capabilities = ["update", "sudo"]
}
