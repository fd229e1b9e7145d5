# Holder: the job that backs up. It saves snapshots and restores none; it can read no record by itself, but a snapshot holds
# everything of the server. Sealed it is worth nothing without the key share or the key service that opens the server: who has
# this token, or a snapshot, must not have that too.

# All of the server's storage, encrypted as it lies there.
path "sys/storage/raft/snapshot" {
  capabilities = ["read"]
}
