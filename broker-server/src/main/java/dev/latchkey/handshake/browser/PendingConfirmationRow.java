package dev.latchkey.handshake.browser;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of table {@code pending_confirmation}. */
@Entity
@Table(name = "pending_confirmation")
class PendingConfirmationRow {

    @Id
    UUID connection;

    @Column(name = "handle_sha256")
    byte[] handleSha256;

    @Column(name = "issued_to")
    String issuedTo;

    @Column(name = "wrong_handles")
    int wrongHandles;

    @Column(name = "staged_version")
    int stagedVersion;

    @Nullable
    @Column(name = "own_version")
    Integer ownVersion;

    @Column(name = "expires_at")
    Instant expiresAt;

    /** For Hibernate. */
    PendingConfirmationRow() {}

    /** Whether the right handle has come; it works once. */
    boolean isClaimed() {
        return handleSha256.length == 0;
    }

    /** Uses the handle up; whoever does so has until the given moment. */
    void claim(Instant until) {
        handleSha256 = new byte[0];
        expiresAt = until;
    }

    ConfirmationRows.Expired asExpired() {
        return new ConfirmationRows.Expired(
                connection, stagedVersion, isClaimed(), ownVersion == null ? OptionalInt.empty() : OptionalInt.of(ownVersion));
    }
}
