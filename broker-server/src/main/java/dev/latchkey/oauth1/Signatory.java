package dev.latchkey.oauth1;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who signs: our client (RFC 5849 section 1.1: client credentials), with or without a token.
 *
 * @param consumerKey the client's identifier
 * @param consumerSecret its shared secret, where there is one
 * @param privateKey its RSA key as a JWK, where it has one
 * @param token the token credentials, or the temporary ones
 */
public record Signatory(
        Secret consumerKey, Optional<Secret> consumerSecret, Optional<Secret> privateKey, Optional<Token> token) {

    /**
     * A token and its secret.
     *
     * @param value the token
     * @param secret its shared secret
     */
    public record Token(Secret value, Secret secret) {}

    /** Our client without a token; {@code partner_misconfigured} if the credentials name none. */
    public static Signatory client(Function<String, Optional<Secret>> credentials) {
        Secret key = credentials
                .apply("consumer_key")
                .orElseThrow(() -> new BrokerException(
                        ProblemType.PARTNER_MISCONFIGURED, "Our client's consumer_key is missing."));
        return new Signatory(
                key, credentials.apply("consumer_secret"), credentials.apply("private_key"), Optional.empty());
    }

    /** The same client with a token. */
    public Signatory with(Secret value, Secret secret) {
        return new Signatory(consumerKey, consumerSecret, privateKey, Optional.of(new Token(value, secret)));
    }
}
