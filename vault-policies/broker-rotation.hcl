# Holder: what delivers a SecretID to the broker before each of its starts (an init container, a deployment job).
# It cannot log in as the broker: it only ever sees SecretIDs wrapped, and reads no secret of the mount.

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
