package dev.latchkey.token;

import dev.latchkey.oauth.GrantType;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A request of RFC 8693 section 2.1, as far as it is served here. Parameters that are not known are ignored (RFC 6749
 * section 3.2); a known one that comes twice is refused.
 *
 * @param target what is asked for
 * @param subjectToken the caller's own token, if it came in the body
 * @param scopes what it is to be used for
 */
record ExchangeForm(Target target, Optional<Secret> subjectToken, Scopes scopes) {

    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String JWT = "urn:ietf:params:oauth:token-type:jwt";
    private static final String CONNECTION = "urn:latchkey:connection:";
    private static final String OWNER = "urn:latchkey:owner:";

    /** What a token is asked for. */
    sealed interface Target {

        /** A connection by its id. */
        record ById(String connection) implements Target {}

        /** The connection of an owner to a partner. */
        record ByOwner(String partner, String owner) implements Target {}
    }

    static ExchangeForm of(Map<String, List<String>> form) {
        String grantType = single(form, "grant_type").orElseThrow(() -> invalid("grant_type is needed."));
        if (!grantType.equals(GrantType.TOKEN_EXCHANGE.wireName())) {
            throw new BrokerException(ProblemType.GRANT_NOT_ALLOWED, "Only token exchange is offered here.");
        }
        single(form, "requested_token_type")
                .filter(type -> !type.equals(ACCESS_TOKEN))
                .ifPresent(type -> {
                    throw invalid("Only access tokens are issued.");
                });
        return new ExchangeForm(target(form), subjectToken(form), scopes(form));
    }

    private static Target target(Map<String, List<String>> form) {
        String resource = single(form, "resource").orElseThrow(() -> target("resource is needed."));
        if (resource.startsWith(CONNECTION)) {
            return new Target.ById(resource.substring(CONNECTION.length()));
        }
        String partner = single(form, "audience").orElseThrow(() -> target("audience names the partner."));
        if (!resource.startsWith(OWNER) || resource.length() == OWNER.length()) {
            throw target("resource names a connection or an owner.");
        }
        return new Target.ByOwner(partner, resource.substring(OWNER.length()));
    }

    private static Optional<Secret> subjectToken(Map<String, List<String>> form) {
        Optional<String> type = single(form, "subject_token_type");
        Optional<String> token = single(form, "subject_token");
        if (token.isPresent() != type.isPresent()
                || type.filter(value -> !Set.of(ACCESS_TOKEN, JWT).contains(value))
                        .isPresent()) {
            throw invalid("subject_token comes with its subject_token_type, an access token or JWT.");
        }
        if (single(form, "actor_token").isPresent()) {
            throw invalid("actor_token is not supported.");
        }
        return token.map(Secret::of);
    }

    private static Scopes scopes(Map<String, List<String>> form) {
        try {
            return single(form, "scope").map(Scopes::parse).orElse(Scopes.none());
        } catch (IllegalArgumentException e) {
            throw new BrokerException(ProblemType.INVALID_SCOPE, "A scope is not well-formed.", e);
        }
    }

    private static Optional<String> single(Map<String, List<String>> form, String name) {
        List<String> values = form.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw invalid("A parameter comes twice.");
        }
        return values.stream().filter(value -> !value.isEmpty()).findFirst();
    }

    private static BrokerException invalid(String detail) {
        return new BrokerException(ProblemType.INVALID_REQUEST, detail);
    }

    /** RFC 8693 section 2.2.2. */
    private static BrokerException target(String detail) {
        return new BrokerException(ProblemType.NOT_FOUND, detail);
    }
}
