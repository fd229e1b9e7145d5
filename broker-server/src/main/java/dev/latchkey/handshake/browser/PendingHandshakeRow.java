package dev.latchkey.handshake.browser;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of table {@code pending_handshake}. */
@Entity
@Table(name = "pending_handshake")
class PendingHandshakeRow {

    @Id
    UUID id;

    @Column(name = "state_sha256")
    byte[] stateSha256;

    @Column
    UUID ticket;

    @Column
    UUID connection;

    @Column
    String partner;

    @Column
    @Nullable
    String issuer;

    @Column(name = "iss_required")
    boolean issRequired;

    @Column(name = "partner_code_sha256")
    byte @Nullable [] partnerCodeSha256;

    @Column(name = "expires_at")
    Instant expiresAt;

    /** For Hibernate. */
    PendingHandshakeRow() {}
}
