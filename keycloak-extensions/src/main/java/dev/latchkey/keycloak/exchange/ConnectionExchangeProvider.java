package dev.latchkey.keycloak.exchange;

import jakarta.ws.rs.core.Response;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.protocol.oidc.TokenExchangeProvider;

/** Takes the exchanges that name something of the broker's; every other one stays Keycloak's. */
final class ConnectionExchangeProvider implements TokenExchangeProvider {

    @Override
    public boolean supports(TokenExchangeContext context) {
        return false;
    }

    @Override
    public Response exchange(TokenExchangeContext context) {
        throw new IllegalStateException("supports nothing");
    }

    @Override
    public void close() {}
}
