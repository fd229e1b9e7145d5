package dev.latchkey.problem;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure with a public face. {@link #type()} and {@link #publicDetail()} are written for the caller; the
 * cause is for the log only. Never put a secret, or anything that a caller sent, into the detail.
 */
public final class BrokerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ProblemType type;
    private final String publicDetail;
    private final @Nullable Duration retryAfter;
    private final transient Map<String, Object> extensions;

    /** A problem with a sentence for the caller. */
    public BrokerException(ProblemType type, String publicDetail) {
        this(type, publicDetail, null, null, Map.of());
    }

    /** A problem with a sentence for the caller and a cause for the log. */
    public BrokerException(ProblemType type, String publicDetail, @Nullable Throwable cause) {
        this(type, publicDetail, cause, null, Map.of());
    }

    private BrokerException(
            ProblemType type,
            String publicDetail,
            @Nullable Throwable cause,
            @Nullable Duration retryAfter,
            Map<String, Object> extensions) {
        super(type.code() + ": " + publicDetail, cause);
        this.type = type;
        this.publicDetail = publicDetail;
        this.retryAfter = retryAfter;
        this.extensions = Map.copyOf(extensions);
    }

    /** {@code invalid_request} that points at the offending member (JSON pointer, RFC 6901) or parameter. */
    public static BrokerException invalid(String pointer, String publicDetail) {
        return new BrokerException(ProblemType.INVALID_REQUEST, publicDetail).with("pointer", pointer);
    }

    /** {@code not_found}; one sentence for all, so that a foreign id cannot be told from an unknown one. */
    public static BrokerException notFound() {
        return new BrokerException(ProblemType.NOT_FOUND, "There is no such resource.");
    }

    /** The same problem, to be tried again after the given time. */
    public BrokerException retryAfter(Duration delay) {
        return new BrokerException(type, publicDetail, getCause(), delay, extensions);
    }

    /** The same problem with a further member of the problem document; the value must not be a secret. */
    public BrokerException with(String member, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(extensions);
        more.put(member, value);
        return new BrokerException(type, publicDetail, getCause(), retryAfter, more);
    }

    /** Which problem of the catalogue this is. */
    public ProblemType type() {
        return type;
    }

    /** The sentence for the caller. */
    public String publicDetail() {
        return publicDetail;
    }

    /** When to try again; always present for a retryable type. */
    public Optional<Duration> retryAfter() {
        if (retryAfter != null) {
            return Optional.of(retryAfter);
        }
        return type.isRetryable() ? Optional.of(Duration.ofSeconds(1)) : Optional.empty();
    }

    /** Further members of the problem document. */
    public Map<String, Object> extensions() {
        return extensions;
    }
}
