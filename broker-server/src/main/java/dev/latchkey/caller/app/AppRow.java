package dev.latchkey.caller.app;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A row of table {@code app}. */
@Entity
@Table(name = "app")
class AppRow {

    @Id
    String id = "";

    @Column(nullable = false)
    String name = "";

    @Column(name = "return_urls", nullable = false, columnDefinition = "text[]")
    String[] returnUrls = {};

    @Column(name = "events_url")
    @Nullable
    String eventsUrl;

    @Column(name = "secret_sha256", nullable = false)
    byte[] digest = {};

    @Column(name = "old_secret_sha256")
    byte @Nullable [] oldDigest;

    @Column(name = "old_secret_ends_at")
    @Nullable
    Instant oldDigestEndsAt;

    @Column(name = "created_at", nullable = false, updatable = false)
    Instant createdAt = Instant.EPOCH;

    @Column(name = "created_by", nullable = false, updatable = false)
    String createdBy = "";

    App toApp() {
        return new App(
                id, name, List.of(returnUrls), Optional.ofNullable(eventsUrl).map(URI::create));
    }

    RegisteredApp toRegistered() {
        return new RegisteredApp(toApp(), createdAt, createdBy);
    }
}
