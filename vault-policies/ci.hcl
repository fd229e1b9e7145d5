# Holder: the pipeline that compares what is set up with these files. It changes nothing and reads no secret.

# Whether the policies are the ones of this folder.
path "sys/policies/acl/latchkey-broker-runtime" {
  capabilities = ["read"]
}
path "sys/policies/acl/latchkey-broker-rotation" {
  capabilities = ["read"]
}
path "sys/policies/acl/latchkey-operator" {
  capabilities = ["read"]
}
path "sys/policies/acl/latchkey-ci" {
  capabilities = ["read"]
}
path "sys/policies/acl/latchkey-keycloak" {
  capabilities = ["read"]
}
path "sys/policies/acl/latchkey-backup" {
  capabilities = ["read"]
}

# Whether the mount keeps two versions and demands check-and-set.
path "latchkey/config" {
  capabilities = ["read"]
}

# Whether the broker's role gives the policies and lives that it should.
path "auth/approle/role/latchkey-broker" {
  capabilities = ["read"]
}
