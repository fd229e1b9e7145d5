package dev.latchkey.keycloak.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.keycloak.admin.client.Keycloak;
import org.keycloak.testframework.annotations.InjectAdminClient;
import org.keycloak.testframework.annotations.KeycloakIntegrationTest;

/** The jar does its work in a real Keycloak, under Keycloak's own test framework. */
@KeycloakIntegrationTest
class LoadedIT {

    @InjectAdminClient
    Keycloak admin;

    @Test
    @DisplayName("a real Keycloak knows the providers of the jar")
    void knowsTheProviders() {
        var providers = admin.serverInfo().getInfo().getProviders();

        assertThat(providers.get("oauth2-token-exchange").getProviders()).containsKey("latchkey");
    }
}
