package dev.latchkey.sandbox.webhook;

import dev.latchkey.sandbox.http.Refusal;
import java.util.Arrays;

/** The 13 events of Noones' document. It describes them in words; how they are called on the wire is assumed here. */
public enum EventKind {
    TRADE_STARTED("trade.started"),
    CHAT_MESSAGE("trade.chat_message_received"),
    CHAT_ATTACHMENT("trade.chat_attachment_received"),
    PROFILE_VIEWED("profile.viewed"),
    OFFER_VIEWED("offer.viewed"),
    PARTNER_PAID("trade.partner_paid"),
    CANCELLED_OR_EXPIRED("trade.cancelled_or_expired"),
    CRYPTO_SOLD("trade.crypto_sold"),
    CRYPTO_PURCHASED("trade.crypto_purchased"),
    DEPOSIT_CONFIRMED("wallet.deposit_confirmed"),
    DEPOSIT_PENDING("wallet.deposit_pending"),
    FEEDBACK_RECEIVED("feedback.received"),
    FEEDBACK_REPLY("feedback.reply_received");

    private final String label;

    EventKind(String label) {
        this.label = label;
    }

    /** The {@code type} in the body. */
    public String label() {
        return label;
    }

    /** Reads a label, or refuses. */
    public static EventKind of(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new Refusal(400, "invalid_request", "unknown kind of event " + label));
    }
}
