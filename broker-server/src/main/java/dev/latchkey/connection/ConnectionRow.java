package dev.latchkey.connection;

import dev.latchkey.oauth.Scopes;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Generated;
import org.jspecify.annotations.Nullable;

/** A row of table {@code connection}; its lease columns belong to {@code dev.latchkey.refresh} alone. */
@Entity
@Table(name = "connection")
class ConnectionRow {

    @Id
    UUID id;

    @Generated
    @Column(insertable = false, updatable = false)
    Long seq;

    @Column
    String partner;

    @Column
    String owner;

    @Column
    String status;

    @Column(name = "requested_scopes")
    String[] requestedScopes;

    @Column(name = "requested_methods")
    String[] requestedMethods;

    @Column
    String[] scopes;

    @Column
    String[] methods;

    @Column(name = "partner_scopes")
    String[] partnerScopes = new String[0];

    @Column(name = "return_url")
    @Nullable
    String returnUrl;

    @Column
    @Nullable
    String purpose;

    @Column(name = "requested_by")
    String requestedBy;

    @Column(name = "requested_by_app")
    boolean requestedByApp;

    @Column
    boolean imported;

    @Column(name = "approved_by")
    @Nullable
    String approvedBy;

    @Column(name = "approval_rule")
    @Nullable
    String approvalRule;

    @Column(name = "approved_at")
    @Nullable
    Instant approvedAt;

    @Column
    @Nullable
    String comment;

    @Column(name = "expires_at")
    @Nullable
    Instant expiresAt;

    @Column
    @Nullable
    String reason;

    @Column(name = "created_at")
    Instant createdAt;

    @Column
    long version;

    @Column(name = "kv_version")
    int kvVersion;

    /**
     * The vault version at which the partner's newest grant began. A credential that was renewed from a lower version
     * belongs to an older grant.
     */
    @Column(name = "granted_kv_version")
    @Nullable
    Integer grantedKvVersion;

    @Column(name = "token_expires_at")
    @Nullable
    Instant tokenExpiresAt;

    @Column(name = "refresh_due_at")
    @Nullable
    Instant refreshDueAt;

    /** For Hibernate. */
    ConnectionRow() {}

    ConnectionStatus status() {
        return ConnectionStatus.ofWireName(status).orElseThrow();
    }

    /** Moves to another status; every hand-out that was decided on the old one is refused from the commit on. */
    void moveTo(ConnectionStatus next, @Nullable String why) {
        status = next.wireName();
        reason = why;
        version++;
    }

    Connection toConnection(List<GrantRow> grants) {
        Map<String, Grant> byApp = new LinkedHashMap<>();
        grants.forEach(grant -> byApp.put(grant.app, grant.toGrant()));
        return new Connection(
                id,
                seq,
                partner,
                owner,
                status(),
                scopesOf(requestedScopes),
                scopesOf(scopes),
                List.of(methods),
                scopesOf(partnerScopes),
                Optional.ofNullable(returnUrl),
                Optional.ofNullable(purpose),
                new Requester(requestedBy, requestedByApp),
                imported,
                decision(),
                Optional.ofNullable(expiresAt),
                Optional.ofNullable(reason),
                createdAt,
                version,
                new Connection.CredentialState(kvVersion, Optional.ofNullable(tokenExpiresAt)),
                byApp);
    }

    private Optional<Connection.Decision> decision() {
        if (approvedBy == null || approvedAt == null) {
            return Optional.empty();
        }
        return Optional.of(new Connection.Decision(
                approvedBy, Optional.ofNullable(approvalRule), approvedAt, Optional.ofNullable(comment)));
    }

    private static Scopes scopesOf(String[] values) {
        return Scopes.of(Arrays.asList(values));
    }
}
