package dev.latchkey.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.connection.ConnectionEvents;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.VaultPath;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.TransactionalException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The same in the running broker: its transactions, its vault, its scheduler. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class EventsInTheBrokerTest {

    private static final String KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @Inject
    ConnectionEvents events;

    @Inject
    CredentialVault vault;

    @Inject
    EntityManager entities;

    @Test
    @DisplayName("delivers what was committed, and nothing of what was rolled back")
    void followsTheTransaction() throws Exception {
        try (EventReceiver receiver = EventReceiver.start(KEY)) {
            UUID connection = UUID.randomUUID();
            vault.write(
                    new VaultPath("apps/shop"),
                    SecretFields.of("events_secret", Secret.of(KEY)),
                    CredentialVault.ABSENT);
            QuarkusTransaction.requiringNew()
                    .run(() -> insert(connection, receiver.url().toString()));

            QuarkusTransaction.begin();
            events.publish(ConnectionEvents.Type.ACTIVE, connection, "shop-bank", Map.of());
            QuarkusTransaction.rollback();
            QuarkusTransaction.requiringNew()
                    .run(() -> events.publish(ConnectionEvents.Type.REVOKED, connection, "shop-bank", Map.of()));

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(receiver.received()).isNotEmpty());
            assertThat(receiver.received()).singleElement().satisfies(message -> {
                assertThat(message.genuine()).isTrue();
                assertThat(message.body())
                        .isEqualTo("{\"type\":\"connection.revoked\",\"partner\":\"shop-bank\",\"connection\":\""
                                + connection + "\",\"payload\":{}}");
            });
        }
    }

    @Test
    @DisplayName("an event without a transaction is a mistake")
    void needsATransaction() {
        assertThatThrownBy(() -> events.publish(ConnectionEvents.Type.ACTIVE, UUID.randomUUID(), "shop-bank", Map.of()))
                .isInstanceOf(TransactionalException.class);
    }

    private void insert(UUID connection, String eventsUrl) {
        entities.createNativeQuery("insert into app (id, name, return_urls, events_url, secret_sha256, created_by)"
                        + " values ('shop', 'Shop', '{}', :url, '', 'ann')")
                .setParameter("url", eventsUrl)
                .executeUpdate();
        entities.createNativeQuery("insert into partner (id, catalog, name, created_by)"
                        + " values ('shop-bank', 'noones-oauth2-delegated', 'Bank', 'ann')")
                .executeUpdate();
        entities.createNativeQuery("insert into connection (id, partner, owner, status, requested_scopes,"
                        + " requested_methods, scopes, methods, requested_by, requested_by_app)"
                        + " values (:id, 'shop-bank', 'u1', 'active', '{}', '{}', '{}', '{}', 'shop', true)")
                .setParameter("id", connection)
                .executeUpdate();
    }
}
