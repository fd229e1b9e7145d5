package dev.latchkey.signing;

import dev.latchkey.audit.AuditAction;
import dev.latchkey.caller.Caller.AppCaller;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.connection.Connection;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.guard.SsrfGuard;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.signing.HeldCredentials.Held;
import dev.latchkey.signing.scheme.RequestSigner;
import dev.latchkey.signing.scheme.RequestSigner.Turn;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.Map;
import java.util.UUID;

/**
 * Signs single requests for apps, for the partner's own part of the web only and exactly as they must then be sent (R118).
 * Thread-safe.
 */
@ApplicationScoped
class SigningDesk {

    private final Admission admission;
    private final HeldCredentials credentials;
    private final Handshakes handshakes;
    private final Signers signers;
    private final SsrfGuard guard;
    private final MeterRegistry meters;

    SigningDesk(
            Admission admission,
            HeldCredentials credentials,
            Handshakes handshakes,
            Signers signers,
            SsrfGuard guard,
            MeterRegistry meters) {
        this.admission = admission;
        this.credentials = credentials;
        this.handshakes = handshakes;
        this.signers = signers;
        this.guard = guard;
        this.meters = meters;
    }

    /** The request as it must be sent; a refusal is audited. Counted in {@code latchkey.signed} by outcome. */
    PartnerRequest sign(UUID id, String method, String url, Map<String, String> headers, byte[] body, AppCaller app) {
        String outcome = "signed";
        try {
            return signed(id, method, url, headers, body, app);
        } catch (BrokerException e) {
            outcome = e.type().code();
            throw e;
        } finally {
            meters.counter("latchkey.signed", "outcome", outcome).increment();
        }
    }

    private PartnerRequest signed(
            UUID id, String method, String url, Map<String, String> headers, byte[] body, AppCaller app) {
        Connection connection = admission.find(id, app, AuditAction.REQUEST_SIGNED);
        Partner partner = handshakes.partner(connection.partner());
        RequestSigner signer = signers.of(partner)
                .orElseThrow(() -> new BrokerException(
                        ProblemType.WRONG_KIND, "This partner takes tokens or cookies: token or proxy, no sign."));
        HandshakeContext context = handshakes.context(partner, connection.scopes());
        Use use;
        PartnerRequest bare;
        try {
            requireProof(signer, context);
            URI target = address(context).require(url);
            Map<String, String> wanted = partner.profile().headers();
            bare = new PartnerRequest(method, target, HeaderRules.with(HeaderRules.toBeSigned(headers), wanted), body);
            use = new Use(
                    id,
                    app,
                    AuditAction.REQUEST_SIGNED,
                    method,
                    target,
                    signer.methodsOf(bare),
                    signer.openByDefault(),
                    false);
        } catch (BrokerException refusal) {
            throw admission.denied(connection, app, AuditAction.REQUEST_SIGNED, refusal);
        }
        try (Turn turn = signer.takeTurn(context)) {
            Held held = admission.admit(use, credentials::lasting);
            return signer.sign(context, held.credential(), bare);
        }
    }

    /** A signature that is the secrets themselves is sent by us only. */
    private static void requireProof(RequestSigner signer, HandshakeContext context) {
        if (!signer.mayBeHandedOut(context)) {
            throw new BrokerException(ProblemType.WRONG_KIND, "What this partner takes is not to be seen: use proxy.");
        }
    }

    private PartnerAddress address(HandshakeContext context) {
        return new PartnerAddress(context.metadata().endpoints().require(EndpointName.API_BASE), guard);
    }
}
