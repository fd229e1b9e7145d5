package dev.latchkey.sandbox.oauth2.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.journal.AssertionLog;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checks client assertions (RFC 7523 s.3, tightened by RFC 10070): one audience that is the issuer, the explicit type, at most
 * 60 seconds of life, a {@code jti} that was never seen. Thread-safe.
 */
public final class AssertionVerifier {

    private static final String TYPE = "client-authentication+jwt";
    private static final long LONGEST_LIFE = 60;
    private static final long SKEW = 10;

    private final Clock clock;
    private final AssertionLog log;
    private final Set<String> usedIds = ConcurrentHashMap.newKeySet();

    public AssertionVerifier(Clock clock, AssertionLog log) {
        this.clock = clock;
        this.log = log;
    }

    /** Forgets which assertions were used. */
    public void clear() {
        usedIds.clear();
    }

    /** Accepts the assertion or refuses it with {@code invalid_client}; either way the log keeps what it said. */
    public void verify(Client client, String assertion, String issuer) {
        String[] parts = assertion.split("\\.", -1);
        if (parts.length != 3) {
            throw refused("assertion is not a JWS");
        }
        ObjectNode header = json(parts[0]);
        ObjectNode claims = json(parts[1]);
        try {
            checkHeader(header);
            checkSignature(client, header.path("alg").asText(), parts);
            checkClaims(client, claims, issuer);
            log.add(new AssertionLog.Seen(client.partner(), header, claims, Optional.empty()));
        } catch (Refusal refusal) {
            log.add(new AssertionLog.Seen(client.partner(), header, claims, Optional.of(refusal.reason())));
            throw refusal;
        }
    }

    private static void checkHeader(ObjectNode header) {
        check(header.path("typ").asText().equals(TYPE), "assertion typ must be " + TYPE);
        check(!header.has("crit"), "assertion crit is not understood");
    }

    private static void checkSignature(Client client, String algorithm, String[] parts) {
        byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
        byte[] signature = decode(parts[2]);
        for (PublicKey key : client.keys()) {
            if (verifies(algorithm, key, signed, signature)) {
                return;
            }
        }
        throw refused("assertion signature or alg");
    }

    private static boolean verifies(String algorithm, PublicKey key, byte[] signed, byte[] signature) {
        try {
            Signature verifier;
            if (algorithm.equals("RS256") && key instanceof RSAPublicKey) {
                verifier = Signature.getInstance("SHA256withRSA");
            } else if (algorithm.equals("ES256") && key instanceof ECPublicKey) {
                verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            } else {
                return false;
            }
            verifier.initVerify(key);
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (GeneralSecurityException unverifiable) {
            return false;
        }
    }

    private void checkClaims(Client client, ObjectNode claims, String issuer) {
        check(isText(claims.path("iss"), client.id()), "assertion iss must be the client_id");
        check(isText(claims.path("sub"), client.id()), "assertion sub must be the client_id");
        check(isText(claims.path("aud"), issuer), "assertion aud must be the issuer as a single string");
        check(claims.path("exp").isIntegralNumber(), "assertion exp is missing");
        check(claims.path("iat").isIntegralNumber(), "assertion iat is missing");
        long now = clock.instant().getEpochSecond();
        long issued = claims.path("iat").longValue();
        long expires = claims.path("exp").longValue();
        check(issued <= now + SKEW, "assertion iat is in the future");
        check(expires > now - SKEW, "assertion is expired");
        check(expires > issued && expires - issued <= LONGEST_LIFE, "assertion lives longer than 60 s");
        String id = claims.path("jti").asText();
        check(!id.isEmpty(), "assertion jti is missing");
        check(usedIds.add(client.partner() + "\n" + client.id() + "\n" + id), "assertion jti was used before");
    }

    private static boolean isText(JsonNode node, String expected) {
        return node.isTextual() && node.textValue().equals(expected);
    }

    private static ObjectNode json(String part) {
        try {
            return StrictJson.parseObject(new String(decode(part), StandardCharsets.UTF_8));
        } catch (Refusal malformed) {
            throw refused("assertion is not a JWT");
        }
    }

    private static byte[] decode(String part) {
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException malformed) {
            throw refused("assertion is not Base64url");
        }
    }

    private static void check(boolean holds, String reason) {
        if (!holds) {
            throw refused(reason);
        }
    }

    private static Refusal refused(String reason) {
        return new Refusal(401, "invalid_client", reason);
    }
}
