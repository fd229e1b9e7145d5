-- The roles and databases of the topology, made once in a new cluster: the owner migrates the schema, the broker works as
-- the other role. The passwords are variables of psql.
create role latchkey_owner login nosuperuser nocreatedb nocreaterole password :'owner_password';
create role latchkey_runtime login nosuperuser nocreatedb nocreaterole password :'runtime_password';
create role keycloak login nosuperuser nocreatedb nocreaterole password :'keycloak_password';
create database latchkey owner latchkey_owner;
create database keycloak owner keycloak;
revoke all on database latchkey from public;
revoke all on database keycloak from public;
grant connect on database latchkey to latchkey_runtime;
