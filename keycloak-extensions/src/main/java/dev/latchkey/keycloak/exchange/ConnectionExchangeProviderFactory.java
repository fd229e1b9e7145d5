package dev.latchkey.keycloak.exchange;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.protocol.oidc.TokenExchangeProviderFactory;

/** Makes Keycloak know {@link ConnectionExchangeProvider}; asked before Keycloak's own exchanges. */
public final class ConnectionExchangeProviderFactory implements TokenExchangeProviderFactory {

    @Override
    public String getId() {
        return "latchkey";
    }

    @Override
    public int order() {
        return 100;
    }

    @Override
    public TokenExchangeProvider create(KeycloakSession session) {
        return new ConnectionExchangeProvider();
    }

    @Override
    public void init(Config.Scope config) {}

    @Override
    public void postInit(KeycloakSessionFactory factory) {}

    @Override
    public void close() {}
}
