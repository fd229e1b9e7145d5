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

    static final int MOST_WRONG_HANDLES = 3;

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

    /** Whether somebody works at it, so that nobody else can confirm or replace it: the handle is used up. */
    boolean isClaimed() {
        return handleSha256.length == 0;
    }

    /** Whether the right handle has come; else it is being ended. */
    boolean isConfirmed() {
        return isClaimed() && wrongHandles < MOST_WRONG_HANDLES;
    }

    /** Uses the handle up; whoever does so has until the given moment. */
    void claim(Instant until) {
        handleSha256 = new byte[0];
        expiresAt = until;
    }

    ConfirmationRows.Expired asExpired() {
        return new ConfirmationRows.Expired(
                connection,
                stagedVersion,
                isConfirmed(),
                ownVersion == null ? OptionalInt.empty() : OptionalInt.of(ownVersion));
    }
}
