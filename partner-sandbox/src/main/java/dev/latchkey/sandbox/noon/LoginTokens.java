package dev.latchkey.sandbox.noon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.journal.AssertionLog;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Clock;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Checks the JWT of a login: RS256, exactly {@code sub}, {@code iat} and {@code jti}, now, and never before. Thread-safe. */
final class LoginTokens {

    private static final Set<String> CLAIMS = Set.of("sub", "iat", "jti");
    private static final Set<String> HEADER = Set.of("alg", "typ");
    private static final long SKEW = 5;

    private final NoonBook book;
    private final Clock clock;
    private final AssertionLog log;

    LoginTokens(NoonBook book, Clock clock, AssertionLog log) {
        this.book = book;
        this.clock = clock;
        this.log = log;
    }

    /** Which key a token names; read before any check. */
    static Optional<String> claimedKey(String token) {
        try {
            return Optional.of(json(token.split("\\.", -1)[1]).path("sub").asText());
        } catch (RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    /** The key that signed it, or 401; either way the log keeps what it said. */
    ServiceAccounts.Key verify(String token) {
        String[] parts = token.split("\\.", -1);
        check(parts.length == 3, "login token is not a JWS");
        ObjectNode header = json(parts[0]);
        ObjectNode claims = json(parts[1]);
        try {
            ServiceAccounts.Key key = verify(parts, header, claims);
            log.add(new AssertionLog.Seen("noon", header, claims, Optional.empty()));
            return key;
        } catch (Refusal refusal) {
            log.add(new AssertionLog.Seen("noon", header, claims, Optional.of(refusal.reason())));
            throw refusal;
        }
    }

    private ServiceAccounts.Key verify(String[] parts, ObjectNode header, ObjectNode claims) {
        check(header.path("alg").asText().equals("RS256"), "login token alg must be RS256");
        check(header.path("typ").asText("JWT").equals("JWT"), "login token typ must be JWT");
        check(only(header, HEADER), "login token header holds more than alg and typ");
        check(only(claims, CLAIMS), "login token holds more than sub, iat and jti");
        ServiceAccounts.Key key = book.accounts()
                .find(claims.path("sub").asText())
                .orElseThrow(() -> refused("login token sub is no active key"));
        check(isSigned(parts, key), "login token signature");
        check(claims.path("iat").isIntegralNumber(), "login token iat is missing");
        long age = clock.instant().getEpochSecond() - claims.path("iat").longValue();
        check(Math.abs(age) <= SKEW, "login token iat is not now");
        String id = claims.path("jti").asText();
        check(!id.isEmpty(), "login token jti is missing");
        check(book.usedIds().isNew(key.id(), id), "login token jti was used before");
        return key;
    }

    private static boolean only(ObjectNode object, Set<String> allowed) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return allowed.containsAll(names);
    }

    private static boolean isSigned(String[] parts, ServiceAccounts.Key key) {
        try {
            Signature verifier = Signature.getInstance("SHA256withRSA");
            verifier.initVerify(key.publicKey());
            verifier.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return verifier.verify(decode(parts[2]));
        } catch (GeneralSecurityException unverifiable) {
            return false;
        }
    }

    private static ObjectNode json(String part) {
        return StrictJson.parseObject(new String(decode(part), StandardCharsets.UTF_8));
    }

    private static byte[] decode(String part) {
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException malformed) {
            throw refused("login token is not Base64url");
        }
    }

    private static void check(boolean holds, String reason) {
        if (!holds) {
            throw refused(reason);
        }
    }

    private static Refusal refused(String reason) {
        return new Refusal(401, "unauthorized", reason);
    }
}
