package dev.latchkey.connection;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a connection stands in its life. */
public enum ConnectionStatus {
    /** Asked for; a person has to decide. */
    REQUESTED,
    /** Allowed; the handshake has not begun. */
    APPROVED,
    /** A browser is on its way through the partner. */
    AUTHORIZING,
    /** The browser is back; the asking app has to confirm. */
    PENDING_CONFIRMATION,
    /** In use. */
    ACTIVE,
    /** The partner definitively ended its consent; the user has to connect again. */
    NEEDS_REAUTH,
    /** The approval ran out. Final. */
    EXPIRED,
    /** A person said no. Final. */
    REJECTED,
    /** Disconnected. Final. */
    REVOKED;

    /** The name in JSON and in the table. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The status of that wire name. */
    public static Optional<ConnectionStatus> ofWireName(String text) {
        return Arrays.stream(values())
                .filter(status -> status.wireName().equals(text))
                .findFirst();
    }

    /** Whether nothing can follow. */
    public boolean isFinal() {
        return this == EXPIRED || this == REJECTED || this == REVOKED;
    }

    /** Whether a browser may be sent to the partner: for the first time, once more, or to reconnect. */
    public boolean mayConnect() {
        return switch (this) {
            case APPROVED, AUTHORIZING, PENDING_CONFIRMATION, ACTIVE, NEEDS_REAUTH -> true;
            case REQUESTED, EXPIRED, REJECTED, REVOKED -> false;
        };
    }

    /** Whether the first connect is under way, so that a browser step moves the status; a reconnect leaves it. */
    public boolean isConnecting() {
        return this == APPROVED || this == AUTHORIZING || this == PENDING_CONFIRMATION;
    }
}
