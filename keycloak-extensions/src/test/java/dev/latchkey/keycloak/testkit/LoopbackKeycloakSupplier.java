package dev.latchkey.keycloak.testkit;

import org.jboss.logging.Logger;
import org.keycloak.testframework.server.AbstractKeycloakServerSupplier;
import org.keycloak.testframework.server.KeycloakServer;

/** Hands {@link LoopbackKeycloak} to the framework under the name {@code loopback}: one server for all test classes. */
final class LoopbackKeycloakSupplier extends AbstractKeycloakServerSupplier {

    private static final Logger LOG = Logger.getLogger(LoopbackKeycloakSupplier.class);

    @Override
    public KeycloakServer getServer() {
        return new LoopbackKeycloak();
    }

    @Override
    public boolean requiresDatabase() {
        return false;
    }

    @Override
    public Logger getLogger() {
        return LOG;
    }

    @Override
    public String getAlias() {
        return "loopback";
    }
}
