package dev.latchkey.handshake.browser;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of table {@code connect_ticket}. */
@Entity
@Table(name = "connect_ticket")
class TicketRow {

    @Id
    UUID id;

    @Column(name = "ticket_sha256")
    byte[] ticketSha256;

    @Column
    UUID connection;

    @Column(name = "issued_to")
    String issuedTo;

    /** Digest of the cookie of the first browser that opened the link; null before. */
    @Column(name = "browser_sha256")
    byte @Nullable [] browserSha256;

    @Column(name = "expires_at")
    Instant expiresAt;

    /** For Hibernate. */
    TicketRow() {}
}
