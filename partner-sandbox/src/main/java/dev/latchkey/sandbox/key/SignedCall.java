package dev.latchkey.sandbox.key;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * One JSON-RPC 2.0 call whose {@code params} carry {@code key}, {@code nonce} and {@code sign}.
 *
 * @param method what is called
 * @param params everything but the three
 * @param sign SHA-256 hex of method, nonce and secret, as sent
 */
public record SignedCall(String method, ObjectNode params, String key, BigInteger nonce, String sign) {

    /** Reads a call; empty if it is none, or lacks one of the three. */
    public static Optional<SignedCall> read(JsonNode json) {
        JsonNode params = json.path("params");
        boolean call = json.path("jsonrpc").asText().equals("2.0")
                && json.path("method").isTextual()
                && params.path("key").isTextual()
                && params.path("nonce").isIntegralNumber()
                && params.path("sign").isTextual();
        if (!call) {
            return Optional.empty();
        }
        ObjectNode others = params.deepCopy();
        others.remove(List.of("key", "nonce", "sign"));
        return Optional.of(new SignedCall(
                json.path("method").textValue(),
                others,
                params.path("key").textValue(),
                params.path("nonce").bigIntegerValue(),
                params.path("sign").textValue()));
    }

    /** Whether the signature is right. It covers method and nonce only, not the parameters. */
    public boolean isSignedBy(String secret) {
        return Digests.same(sign, Digests.sha256(method + nonce + secret));
    }
}
