package dev.latchkey.keycloak.exchange;

import dev.latchkey.keycloak.broker.OwnToken;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.events.Details;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.TokenExchangeContext;
import org.keycloak.protocol.oidc.TokenExchangeProvider;

/**
 * Takes the exchanges that name something of the broker's; every other one stays Keycloak's. Keycloak has authenticated
 * the client before it asks here.
 */
final class ConnectionExchangeProvider implements TokenExchangeProvider {

    private static final Logger LOG = Logger.getLogger(ConnectionExchangeProvider.class);

    private final Optional<ConnectionExchange> exchange;
    private final String audience;

    ConnectionExchangeProvider(Optional<ConnectionExchange> exchange, String audience) {
        this.exchange = exchange;
        this.audience = audience;
    }

    @Override
    public boolean supports(TokenExchangeContext context) {
        return exchange.isPresent() && ExchangeRequest.isOurs(context.getFormParams());
    }

    @Override
    public Response exchange(TokenExchangeContext context) {
        ExchangeAnswer answer;
        try {
            ExchangeRequest request = ExchangeRequest.of(context.getFormParams());
            context.getEvent().detail("latchkey_target", request.target());
            answer = answer(request, context);
        } catch (ExchangeRequest.MalformedException malformed) {
            answer = ExchangeAnswer.Refused.of(400, "invalid_request", String.valueOf(malformed.getMessage()));
        }
        return answer instanceof ExchangeAnswer.Granted granted
                ? granted(granted, context)
                : refused((ExchangeAnswer.Refused) answer, context);
    }

    private ExchangeAnswer answer(ExchangeRequest request, TokenExchangeContext context) {
        KeycloakSession session = context.getSession();
        ClientModel client = context.getClient();
        // A public client proves nothing; a client without a service account is no app.
        if (client.isPublicClient() || client.isBearerOnly() || !client.isServiceAccountsEnabled()) {
            return ExchangeAnswer.Refused.of(
                    400, "unauthorized_client", "The client is no confidential client with a service account.");
        }
        UserModel account = session.users().getServiceAccount(client);
        if (account == null || !account.isEnabled()) {
            return ExchangeAnswer.Refused.of(400, "unauthorized_client", "The service account cannot be used.");
        }
        if (request.subjectToken().stream().anyMatch(it -> !OwnSubject.isAccepted(session, client, it))) {
            return ExchangeAnswer.Refused.of(
                    400, "invalid_request", "The subject_token is no valid access token of this client.");
        }
        context.getEvent().user(account);
        return exchange.orElseThrow().exchange(request, OwnToken.of(session, client, account, audience));
    }

    private static Response granted(ExchangeAnswer.Granted granted, TokenExchangeContext context) {
        context.getEvent().success();
        return context.getCors().add(uncached(Response.ok(granted.members(), MediaType.APPLICATION_JSON_TYPE)));
    }

    private static Response refused(ExchangeAnswer.Refused refused, TokenExchangeContext context) {
        if (refused.status() >= 500) {
            LOG.warnf("token exchange for client %s: %s", context.getClient().getClientId(), refused.reason());
        }
        context.getEvent().detail(Details.REASON, refused.reason());
        context.getEvent().error(refused.error());
        Map<String, String> body = Map.of("error", refused.error(), "error_description", refused.description());
        Response.ResponseBuilder response =
                Response.status(refused.status()).entity(body).type(MediaType.APPLICATION_JSON_TYPE);
        refused.retryAfter().ifPresent(seconds -> response.header("Retry-After", seconds));
        return context.getCors().add(uncached(response));
    }

    /** RFC 6749 section 5.1. */
    private static Response.ResponseBuilder uncached(Response.ResponseBuilder response) {
        return response.header("Cache-Control", "no-store").header("Pragma", "no-cache");
    }

    @Override
    public void close() {}
}
