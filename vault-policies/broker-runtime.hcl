# Holder: the broker's processes, by the AppRole or JWT role latchkey-broker.
# Everything that is not here is refused: no lists, no other mounts, no tokens for others, nothing of sys/ and identity/.

# Credentials, staged credentials, memos of handshakes, registrations: written with check-and-set, read back.
# Two names below the mount and no more, as every path of the broker has (docs/storage-schema.md).
path "latchkey/data/+/+" {
  capabilities = ["create", "read", "update"]
}

# What has ended leaves nothing behind: all versions go, and the fact that there were any.
path "latchkey/metadata/+/+" {
  capabilities = ["delete"]
}

# The token is renewed at two thirds of its life instead of logging in again.
path "auth/token/renew-self" {
  capabilities = ["update"]
}
