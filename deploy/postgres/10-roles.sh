#!/usr/bin/env bash
# Run once by the image's entry point, in a new cluster.
set -euo pipefail
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
    --set=owner_password="$LATCHKEY_OWNER_PASSWORD" --set=runtime_password="$LATCHKEY_RUNTIME_PASSWORD" \
    --set=keycloak_password="$KEYCLOAK_PASSWORD" --file=/srv/latchkey/postgres/roles.sql
