package dev.latchkey.oauth1;

import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Signs requests (RFC 5849 section 3): query and form are read as the partner will read them, the protocol's parameters
 * are added where its row says, and nothing else of the request is changed. Thread-safe.
 */
@ApplicationScoped
public class RequestSignature {

    private static final String PREFIX = "oauth_";

    private final Stamps stamps;

    /** Signs with stamps of that maker. */
    public RequestSignature(Stamps stamps) {
        this.stamps = stamps;
    }

    /**
     * The request with its signature.
     *
     * @param registration whose clock to go by
     * @param dialect method and place
     * @param signatory who signs
     * @param extra further parameters of the protocol, such as {@code oauth_callback}
     * @param bare the request without any of them
     * @throws BrokerException {@code invalid_request} for a request that cannot be signed exactly, {@code
     *     url_not_allowed} for PLAINTEXT without TLS, {@code partner_misconfigured} if our client lacks a credential
     */
    public PartnerRequest sign(
            String registration, Dialect dialect, Signatory signatory, Map<String, Secret> extra, PartnerRequest bare) {
        checkAddress(bare.uri(), dialect.signatureMethod());
        Placement placement = Placement.of(dialect.parametersIn(), bare);
        List<Parameter> own = ownParameters(bare);
        List<Parameter> protocol = protocol(dialect.signatureMethod(), signatory, extra, stamps.next(registration));
        own.addAll(protocol);
        String base = BaseString.of(bare.method(), bare.uri(), own);
        protocol.add(new Parameter("oauth_signature", Signature.of(dialect.signatureMethod(), signatory, base)));
        return placement.place(bare, protocol);
    }

    private static List<Parameter> protocol(
            SignatureMethod method, Signatory signatory, Map<String, Secret> extra, Stamp stamp) {
        List<Parameter> protocol = new ArrayList<>();
        protocol.add(new Parameter("oauth_consumer_key", text(signatory.consumerKey())));
        signatory.token().ifPresent(token -> protocol.add(new Parameter("oauth_token", text(token.value()))));
        protocol.add(new Parameter("oauth_signature_method", method.wireName()));
        protocol.add(new Parameter("oauth_timestamp", stamp.timestamp()));
        protocol.add(new Parameter("oauth_nonce", stamp.nonce()));
        protocol.add(new Parameter("oauth_version", "1.0"));
        extra.forEach((name, value) -> protocol.add(new Parameter(name, text(value))));
        return protocol;
    }

    /** Section 3.4.1.3.1: of the query, and of the body if it is a form. */
    private static List<Parameter> ownParameters(PartnerRequest bare) {
        List<Parameter> own = new ArrayList<>(
                FormText.parse(Optional.ofNullable(bare.uri().getRawQuery()).orElse("")));
        FormBody.of(bare).ifPresent(form -> own.addAll(FormText.parse(form)));
        if (own.stream().anyMatch(parameter -> parameter.name().startsWith(PREFIX))) {
            throw refused("The request brings parameters of OAuth 1.0 itself.");
        }
        return own;
    }

    private static void checkAddress(URI uri, SignatureMethod method) {
        boolean plain = uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawFragment() == null
                && uri.toString().chars().allMatch(c -> c > ' ' && c <= '~');
        if (!plain) {
            throw refused("The address cannot be signed.");
        }
        boolean safe = "https".equalsIgnoreCase(uri.getScheme()) || isLoopback(uri.getHost());
        if (method == SignatureMethod.PLAINTEXT && !safe) {
            throw new BrokerException(ProblemType.URL_NOT_ALLOWED, "PLAINTEXT signatures need https.");
        }
    }

    /** By its form only; whether loopback may be called at all is decided by the guard of {@code outbound}. */
    private static boolean isLoopback(String host) {
        return host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}") || host.equals("[::1]");
    }

    private static String text(Secret value) {
        return value.reveal(Purpose.SEND_TO_PARTNER);
    }

    static BrokerException refused(String detail) {
        return new BrokerException(ProblemType.INVALID_REQUEST, detail);
    }
}
