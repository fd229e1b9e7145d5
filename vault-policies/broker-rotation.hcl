# Holder: what delivers a SecretID to the broker before each of its starts (an init container, a deployment job). By itself it
# reads no secret of the mount. But whoever makes a wrapped SecretID can open it and log in as the broker: its token is worth
# as much as the broker's way in. What remains is that each such step is in the audit log. Guard it accordingly.

# A new SecretID, only wrapped and only for some minutes, so that whoever opens it first is noticed.
path "auth/approle/role/latchkey-broker/secret-id" {
  capabilities     = ["create", "update"]
  min_wrapping_ttl = "1s"
  max_wrapping_ttl = "10m"
}

# The RoleID, which is the other half of the broker's configuration and no secret.
path "auth/approle/role/latchkey-broker/role-id" {
  capabilities = ["read"]
}

# The SecretIDs of former starts are looked at and removed, by their accessors.
path "auth/approle/role/latchkey-broker/secret-id/" {
  capabilities = ["list"]
}
path "auth/approle/role/latchkey-broker/secret-id-accessor/lookup" {
  capabilities = ["create", "update"]
}
path "auth/approle/role/latchkey-broker/secret-id-accessor/destroy" {
  capabilities = ["create", "update"]
}

# Its own token is kept alive between deployments.
path "auth/token/renew-self" {
  capabilities = ["update"]
}
