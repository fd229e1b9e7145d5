package dev.latchkey.webhook;

import dev.latchkey.catalog.entry.WebhookScheme.Signature;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks signatures over the raw bytes, before anything reads them as what they claim to be (R122). Whatever is wrong, the
 * refusal is the same (R123). Thread-safe.
 */
@ApplicationScoped
class MessageSignatures {

    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final Pattern ID = Pattern.compile("[!-~]{1,256}");
    private static final Pattern TIMESTAMP = Pattern.compile("[0-9]{1,12}");
    private static final String ALGORITHM = "HmacSHA256";

    private final Partners partners;
    private final Clock clock;

    MessageSignatures(Partners partners, Clock clock) {
        this.partners = partners;
        this.clock = clock;
    }

    /**
     * What makes the message this one and no other: its id where the partner gives one, else what it signed; as a digest.
     *
     * @throws BrokerException {@code invalid_signature}
     */
    byte[] verify(Partner partner, Signature scheme, Message message) {
        String given = message.only(scheme.header()).orElseThrow(MessageSignatures::refused);
        Optional<String> id = scheme.idHeader().map(field -> value(message, field, ID));
        Optional<String> timestamp = scheme.timestampHeader().map(field -> value(message, field, TIMESTAMP));
        byte[] signed = signed(id, timestamp, message.body());
        if (!matches(partners.credentials(partner).get(scheme.credential()), signed, given)
                && !matches(partners.formerWebhookSecret(partner), signed, given)) {
            throw refused();
        }
        if (timestamp.filter(this::isStale).isPresent()) {
            throw refused();
        }
        return sha256(id.map(it -> it.getBytes(StandardCharsets.UTF_8)).orElse(signed));
    }

    /** Id and time in front of the body, each with a dot, as Standard Webhooks has it. */
    private static byte[] signed(Optional<String> id, Optional<String> timestamp, byte[] body) {
        String front = id.map(it -> it + ".").orElse("")
                + timestamp.map(it -> it + ".").orElse("");
        byte[] head = front.getBytes(StandardCharsets.US_ASCII);
        byte[] signed = new byte[head.length + body.length];
        System.arraycopy(head, 0, signed, 0, head.length);
        System.arraycopy(body, 0, signed, head.length, body.length);
        return signed;
    }

    private static String value(Message message, String field, Pattern form) {
        return message.only(field).filter(it -> form.matcher(it).matches()).orElseThrow(MessageSignatures::refused);
    }

    private boolean isStale(String timestamp) {
        Instant sent = Instant.ofEpochSecond(Long.parseLong(timestamp));
        return Duration.between(sent, clock.instant()).abs().compareTo(TOLERANCE) > 0;
    }

    /** In constant time as far as the signature goes, whatever it looks like. */
    private static boolean matches(Optional<Secret> key, byte[] signed, String given) {
        if (key.isEmpty()) {
            return false;
        }
        String right = HexFormat.of().formatHex(hmac(key.get(), signed));
        return MessageDigest.isEqual(right.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hmac(Secret key, byte[] signed) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.reveal(Purpose.DIGEST).getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return mac.doFinal(signed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }

    /** The digest of what an unsigned message is known again by: all of it. */
    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static BrokerException refused() {
        return new BrokerException(
                ProblemType.INVALID_SIGNATURE, "The message is not signed as the partner signs, or not now.");
    }
}
