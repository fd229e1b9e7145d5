package dev.latchkey.keycloak.exchange;

import dev.latchkey.keycloak.broker.BrokerHttp;
import dev.latchkey.keycloak.broker.BrokerSettings;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.TokenExchangeProvider;
import org.keycloak.protocol.oidc.TokenExchangeProviderFactory;

/**
 * Makes Keycloak know {@link ConnectionExchangeProvider}, before Keycloak's own exchanges. Options:
 * {@code --spi-oauth2-token-exchange--latchkey--url}, {@code …--audience}, {@code …--allow-plain-http}; off without the
 * first. Thread-safe after {@link #init}.
 */
public final class ConnectionExchangeProviderFactory implements TokenExchangeProviderFactory {

    private static final Logger LOG = Logger.getLogger(ConnectionExchangeProviderFactory.class);

    /** Keycloak's own have 0 to 10, and the highest is asked first. */
    private static final int FIRST = 100;

    private Optional<ConnectionExchange> exchange = Optional.empty();
    private String audience = "";

    @Override
    public String getId() {
        return "latchkey";
    }

    @Override
    public int order() {
        return FIRST;
    }

    @Override
    public void init(Config.Scope options) {
        Optional<BrokerSettings> settings = BrokerSettings.of(options);
        exchange = settings.map(it -> new ConnectionExchange(new BrokerHttp(it)));
        audience = settings.map(BrokerSettings::audience).orElse("");
        if (settings.isEmpty()) {
            LOG.info("Latchkey's token exchange is off: no url is set");
        }
    }

    @Override
    public TokenExchangeProvider create(KeycloakSession session) {
        return new ConnectionExchangeProvider(exchange, audience);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {}

    @Override
    public void close() {}
}
