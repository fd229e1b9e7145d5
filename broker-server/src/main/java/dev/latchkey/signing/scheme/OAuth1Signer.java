package dev.latchkey.signing.scheme;

import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.oauth1.FormBody;
import dev.latchkey.oauth1.RequestSignature;
import dev.latchkey.oauth1.Signatory;
import dev.latchkey.oauth1.Stamps;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;

/**
 * RFC 5849 section 3, for the token that a user gave and for one that the partner handed over by hand. Thread-safe.
 */
@ApplicationScoped
final class OAuth1Signer implements RequestSigner {

    private final RequestSignature signature;
    private final Stamps stamps;

    OAuth1Signer(RequestSignature signature, Stamps stamps) {
        this.signature = signature;
        this.stamps = stamps;
    }

    @Override
    public SigningScheme scheme() {
        return SigningScheme.OAUTH1;
    }

    /** Of a body only a form is signed; where the parameters travel in a form, the form is rewritten. */
    @Override
    public boolean readsBody(PartnerRequest head) {
        return FormBody.isDeclared(head);
    }

    @Override
    public PartnerRequest sign(HandshakeContext context, Credential credential, PartnerRequest bare) {
        Signatory client = Signatory.client(context.client()::get);
        Signatory signatory = switch (credential) {
            case Credential.OAuth1 own -> client.with(own.token(), own.tokenSecret());
            case Credential.Registered registered ->
                client.with(registered(context, "token"), registered(context, "token_secret"));
            default -> throw new BrokerException(ProblemType.WRONG_KIND, "This connection signs nothing.");
        };
        Dialect dialect = context.partner().profile().dialect();
        return signature.sign(context.partner().id(), dialect, signatory, Map.of(), bare);
    }

    /** RFC 5849 section 3.4.4: PLAINTEXT is both secrets as they are. */
    @Override
    public boolean mayBeHandedOut(HandshakeContext context) {
        return context.partner().profile().dialect().signatureMethod() != SignatureMethod.PLAINTEXT;
    }

    /** A clock that is off (R97). */
    @Override
    public boolean recovers(HandshakeContext context, PartnerResponse refusal) {
        return stamps.learn(context.partner().id(), refusal.status(), refusal.header("date"));
    }

    private static Secret registered(HandshakeContext context, String name) {
        return context.client()
                .get(name)
                .orElseThrow(() -> new BrokerException(
                        ProblemType.PARTNER_MISCONFIGURED, "Our client's " + name + " is missing."));
    }
}
