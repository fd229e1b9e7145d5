package dev.latchkey.connection;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The states of a connection. */
public enum ConnectionStatus {
    /** Asked for; a person has to decide. */
    REQUESTED,
    /** Approved; the handshake has not begun. */
    APPROVED,
    /** A browser was sent to the partner. */
    AUTHORIZING,
    /** The browser has come back; the app that asked for the connection has to confirm. */
    PENDING_CONFIRMATION,
    /** In use. */
    ACTIVE,
    /** The partner definitively refuses the credential; the user has to connect again. */
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
