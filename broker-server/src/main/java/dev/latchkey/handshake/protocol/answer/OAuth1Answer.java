package dev.latchkey.handshake.protocol.answer;

import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.RetryAfter;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A good answer of a token endpoint of OAuth 1.0: a form (RFC 5849 sections 2.1 and 2.3), whatever media type the partner
 * gives it, with each name once. A page is never one: it holds characters that no form has. Prints only the names.
 *
 * @param fields the parameters that are not empty
 */
public record OAuth1Answer(Map<String, Secret> fields) {

    private static final int LONGEST = 16 * 1024;
    private static final Pattern FORM =
            Pattern.compile("[A-Za-z0-9._~*+-]+(%[0-9A-Fa-f]{2})*=[A-Za-z0-9._~*+!'(),:;@$/?=%-]*");
    private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7E]{1,4096}");

    /** The extension "OAuth Problem Reporting", which many partners know: only these are about our client. */
    private static final Set<String> ABOUT_OUR_CLIENT = Set.of(
            "consumer_key_unknown", "consumer_key_rejected", "consumer_key_refused", "signature_method_rejected");

    /** Copies. */
    public OAuth1Answer {
        fields = Map.copyOf(fields);
    }

    /**
     * The parameters of a good answer; every other answer as a problem.
     *
     * @param ofClientOnly whether the request was signed without a token, so that a 401 is about our client
     */
    public static OAuth1Answer read(PartnerResponse response, boolean ofClientOnly, Instant now) {
        Optional<OAuth1Answer> answer = parse(response.body());
        return switch (response.status()) {
            case 200 ->
                answer.filter(it -> it.fields.keySet().containsAll(Set.of("oauth_token", "oauth_token_secret")))
                        .orElseThrow(OAuth1Answer::nonsense);
            case 400, 401, 403 -> throw refusal(response.status(), answer, ofClientOnly);
            case 429 -> throw later(ProblemType.PARTNER_RATE_LIMITED, response, now);
            default ->
                throw response.status() >= 500 ? later(ProblemType.PARTNER_UNAVAILABLE, response, now) : nonsense();
        };
    }

    /** The named parameter, if it came and is not empty. */
    public Optional<Secret> get(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** The token; {@code partner_bad_response} if it cannot be one. */
    public Secret token() {
        return usable("oauth_token");
    }

    /** The token's shared secret; {@code partner_bad_response} if it cannot be one. */
    public Secret tokenSecret() {
        return usable("oauth_token_secret");
    }

    /** Whether a value can be a token: printable ASCII, bounded (R44). */
    public static boolean isUsable(Secret value) {
        return TOKEN.matcher(value.reveal(Purpose.SEND_TO_PARTNER)).matches();
    }

    private Secret usable(String name) {
        return get(name).filter(OAuth1Answer::isUsable).orElseThrow(OAuth1Answer::nonsense);
    }

    private static Optional<OAuth1Answer> parse(byte[] body) {
        if (body.length > LONGEST) {
            return Optional.empty();
        }
        String text = new String(body, StandardCharsets.ISO_8859_1).strip();
        Map<String, Secret> fields = new HashMap<>();
        for (String pair : text.split("&", -1)) {
            if (!FORM.matcher(pair).matches() || BAD_ESCAPE.matcher(pair).find()) {
                return Optional.empty();
            }
            String[] parts = pair.split("=", 2);
            String value = URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
            if (!value.isEmpty()
                    && fields.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), Secret.of(value)) != null) {
                return Optional.empty();
            }
        }
        return Optional.of(new OAuth1Answer(fields));
    }

    private static BrokerException refusal(int status, Optional<OAuth1Answer> answer, boolean ofClientOnly) {
        Optional<Secret> problem = answer.flatMap(it -> it.get("oauth_problem"));
        boolean named = problem.filter(it -> ABOUT_OUR_CLIENT.contains(it.reveal(Purpose.DIGEST)))
                .isPresent();
        return named || (status == 401 && ofClientOnly)
                ? new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "The partner refuses our client.")
                : new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner refused to issue a token.");
    }

    private static BrokerException later(ProblemType type, PartnerResponse response, Instant now) {
        return new BrokerException(type, type.title() + ".")
                .retryAfter(RetryAfter.of(response.header("retry-after"), now));
    }

    private static BrokerException nonsense() {
        return new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner's answer cannot be used.");
    }

    @Override
    public String toString() {
        return "OAuth1Answer" + fields.keySet();
    }
}
