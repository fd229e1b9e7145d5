# Holder: Keycloak's processes, by the AppRole latchkey-keycloak, for the vault of the extension latchkey-kv2.
# It reads what administrators have put there for it, and nothing of the broker's. It lists, writes and removes nothing.

# The secrets that Keycloak's configuration names as ${vault.name}: one name below the prefix, and no more.
path "latchkey-keycloak/data/keycloak/+" {
  capabilities = ["read"]
}

# The token is renewed at two thirds of its life instead of logging in again.
path "auth/token/renew-self" {
  capabilities = ["update"]
}
