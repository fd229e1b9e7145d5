package dev.latchkey.keycloak.exchange;

import dev.latchkey.keycloak.broker.BrokerHttp;
import dev.latchkey.keycloak.broker.OwnToken;
import java.time.Duration;

/** Asks the broker for a partner's token in the name of an app. Thread-safe. */
final class ConnectionExchange {

    /** More than the 10 s that the broker itself waits for a renewal. */
    private static final Duration PATIENCE = Duration.ofSeconds(12);

    private final BrokerHttp broker;

    ConnectionExchange(BrokerHttp broker) {
        this.broker = broker;
    }

    ExchangeAnswer exchange(ExchangeRequest request, OwnToken app) {
        return ExchangeAnswer.of(broker.post("/oauth2/token", request.passedOn(), app, PATIENCE));
    }
}
