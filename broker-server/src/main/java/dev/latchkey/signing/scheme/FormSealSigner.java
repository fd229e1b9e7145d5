package dev.latchkey.signing.scheme;

import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.signing.scheme.FormPairs.Pair;
import dev.latchkey.vault.Credential;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals a form: the key and a nonce (Unix time) in front, the app's parameters in their order, and the HMAC-SHA-256 of all
 * that, in hex, as the last parameter. What is sent is the very text that the seal is over, as {@code text/plain}.
 * Thread-safe.
 */
@ApplicationScoped
final class FormSealSigner implements RequestSigner {

    private static final String ALGORITHM = "HmacSHA256";
    private static final Set<String> TYPES = Set.of("application/x-www-form-urlencoded", "text/plain");

    private final Clock clock;

    FormSealSigner(Clock clock) {
        this.clock = clock;
    }

    @Override
    public SigningScheme scheme() {
        return SigningScheme.FORM_SEAL;
    }

    @Override
    public boolean readsBody(PartnerRequest head) {
        return true;
    }

    @Override
    public PartnerRequest sign(HandshakeContext context, Credential credential, PartnerRequest bare) {
        requirePlain(bare);
        Dialect dialect = context.partner().profile().dialect();
        FormPairs form = FormPairs.read(bare.body());
        requireBare(form, dialect);
        ApiKey key = ApiKey.of(context);
        List<Pair> all = new ArrayList<>();
        all.add(new Pair(dialect.name("api_key"), key.key().reveal(Purpose.SEND_TO_PARTNER)));
        all.add(new Pair(dialect.name("nonce"), Long.toString(clock.instant().getEpochSecond())));
        all.addAll(form.pairs());
        String sealed = new FormPairs(all).encoded();
        String whole = sealed + "&" + new Pair(dialect.name("seal"), seal(sealed, key.secret())).encoded();
        PartnerRequest out =
                new PartnerRequest(bare.method(), bare.uri(), bare.headers(), whole.getBytes(StandardCharsets.UTF_8));
        return MediaTypes.with(
                MediaTypes.with(out, "Content-Type", "text/plain"), "Accept", "application/json; version=1");
    }

    /** Only what the seal covers may carry parameters: not the query, and not a body of another kind. */
    private static void requirePlain(PartnerRequest bare) {
        if (!bare.method().equals("POST")) {
            throw BrokerException.invalid("/method", "This partner takes POST only.");
        }
        if (bare.uri().getRawQuery() != null) {
            throw BrokerException.invalid("/url", "Parameters go into the body: the seal does not cover a query.");
        }
        MediaTypes.require(bare, TYPES);
    }

    private static void requireBare(FormPairs form, Dialect dialect) {
        for (String ours : List.of("api_key", "nonce", "seal")) {
            String name = dialect.name(ours);
            if (form.pairs().stream().anyMatch(pair -> pair.name().equalsIgnoreCase(name))) {
                throw BrokerException.invalid("/body", "The key, the nonce and the seal are added by the broker.");
            }
        }
    }

    private static String seal(String sealed, Secret secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(
                    secret.reveal(Purpose.SEND_TO_PARTNER).getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(sealed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }
}
