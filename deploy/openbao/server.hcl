# One node of Integrated Storage, sealed at each start: whoever holds the key opens it (bring-up does).
storage "raft" {
  path                   = "/srv/latchkey/openbao/raft"
  node_id                = "n1"
  performance_multiplier = 1
}
listener "tcp" {
  address         = "127.0.0.1:8200"
  cluster_address = "127.0.0.1:8201"
  tls_disable     = true # loopback of one network namespace; with TLS as soon as another machine asks
  # bring-up gets a root token for the key share when nothing else is left to it
  disable_unauthed_generate_root_endpoints = false
}
audit "file" "file" {
  options {
    file_path = "/srv/latchkey/openbao/audit.log"
  }
}
api_addr              = "http://127.0.0.1:8200"
cluster_addr          = "https://127.0.0.1:8201"
disable_standby_reads = true
