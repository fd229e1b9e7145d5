package dev.latchkey.connection;

import dev.latchkey.oauth.Scopes;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of table {@code connection_grant}. */
@Entity
@Table(name = "connection_grant")
@IdClass(GrantRow.Key.class)
class GrantRow {

    /** The primary key. */
    record Key(UUID connection, String app) implements Serializable {}

    @Id
    UUID connection;

    @Id
    String app;

    /** Null: all scopes of the connection. */
    @Column
    String @Nullable [] scopes;

    @Column
    String[] methods = new String[0];

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "created_by")
    String createdBy;

    /** For Hibernate. */
    GrantRow() {}

    Grant toGrant() {
        return new Grant(
                app, Optional.ofNullable(scopes).map(values -> Scopes.of(Arrays.asList(values))), List.of(methods));
    }
}
