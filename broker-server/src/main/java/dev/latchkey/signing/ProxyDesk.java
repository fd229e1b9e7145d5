package dev.latchkey.signing;

import dev.latchkey.audit.AuditAction;
import dev.latchkey.caller.Caller.AppCaller;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.connection.Connection;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.PartnerStream;
import dev.latchkey.outbound.PartnerStreams;
import dev.latchkey.outbound.Upload;
import dev.latchkey.outbound.guard.SsrfGuard;
import dev.latchkey.partner.MetadataReader;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.signing.HeldCredentials.Held;
import dev.latchkey.signing.scheme.RequestSigner;
import dev.latchkey.signing.scheme.RequestSigner.Turn;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * Sends an app's request to a partner with the connection's credential, and gives the answer back as it comes. Sends once; a
 * second time only what the partner refused for a reason that is ours, and only if the whole request is still at hand.
 * Thread-safe.
 */
@ApplicationScoped
class ProxyDesk {

    /** What a signer must see as a whole. */
    private static final int MOST_SIGNED = 1024 * 1024;
    /** What is kept so that it can be sent again. */
    private static final int MOST_KEPT = 64 * 1024;

    private static final int UNAUTHORIZED = 401;
    private static final int FIRST_REFUSAL = 400;
    /** RFC 9110 section 9.2.2. */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

    private static final Duration LOST_ANSWER_PAUSE = Duration.ofSeconds(5);

    private final Admission admission;
    private final HeldCredentials credentials;
    private final Handshakes handshakes;
    private final MetadataReader metadata;
    private final Signers signers;
    private final PartnerStreams streams;
    private final SsrfGuard guard;
    private final MeterRegistry meters;
    private final Clock clock;

    ProxyDesk(
            Admission admission,
            HeldCredentials credentials,
            Handshakes handshakes,
            MetadataReader metadata,
            Signers signers,
            PartnerStreams streams,
            SsrfGuard guard,
            MeterRegistry meters,
            Clock clock) {
        this.admission = admission;
        this.credentials = credentials;
        this.handshakes = handshakes;
        this.metadata = metadata;
        this.signers = signers;
        this.streams = streams;
        this.guard = guard;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * A request that is ready to be sent, but for its credential.
     *
     * @param bare the request; with its body, if that was read
     * @param body the body as it comes, if it was not read
     */
    private record Call(Connection connection, Partner partner, PartnerRequest bare, Optional<Upload> body, Use use) {

        boolean isAtHand() {
            return body.isEmpty();
        }

        Upload body(PartnerRequest ready) {
            return body.orElseGet(() -> Upload.of(ready.body()));
        }
    }

    /** An answer, and the credential that it was got with. */
    private record Exchange(PartnerStream stream, Held held) {}

    /** The partner's answer, or why there is none. Counted in {@code latchkey.proxied} by outcome. */
    ProxyAnswer proxy(UUID id, AppRequest asked, AppCaller app) {
        String outcome = "answered";
        try {
            Connection connection = admission.find(id, app, AuditAction.REQUEST_PROXIED);
            Partner partner = handshakes.partner(connection.partner());
            Optional<RequestSigner> signer = signers.of(partner);
            Call call = prepare(asked, app, connection, partner, signer);
            return signer.isPresent() ? signed(call, signer.get()) : authenticated(call);
        } catch (BrokerException e) {
            outcome = e.type().code();
            throw e;
        } finally {
            meters.counter("latchkey.proxied", "outcome", outcome).increment();
        }
    }

    private Call prepare(
            AppRequest asked, AppCaller app, Connection connection, Partner partner, Optional<RequestSigner> signer) {
        try {
            URI base = metadata.metadataOf(partner).endpoints().require(EndpointName.API_BASE);
            URI target = new PartnerAddress(base, guard).below(asked.path(), asked.query());
            var headers = HeaderRules.with(
                    HeaderRules.toPartner(asked.headers()), partner.profile().headers());
            PartnerRequest head = new PartnerRequest(asked.method(), target, headers, new byte[0]);
            int most = most(asked, signer, head);
            PartnerRequest bare =
                    most > 0 ? new PartnerRequest(asked.method(), target, headers, asked.readBody(most)) : head;
            Use use = new Use(
                    connection.id(),
                    app,
                    AuditAction.REQUEST_PROXIED,
                    asked.method(),
                    target,
                    signer.map(it -> it.methodsOf(bare)).orElseGet(() -> Set.of(asked.method())),
                    signer.map(RequestSigner::openByDefault).orElse(true),
                    false);
            return new Call(connection, partner, bare, most > 0 ? Optional.empty() : Optional.of(asked.body()), use);
        } catch (BrokerException refusal) {
            throw admission.denied(connection, app, AuditAction.REQUEST_PROXIED, refusal);
        }
    }

    /** How much of a body is read before anything is sent; nothing for a body that is passed on as it comes. */
    private static int most(AppRequest asked, Optional<RequestSigner> signer, PartnerRequest head) {
        if (signer.filter(it -> it.readsBody(head)).isPresent()) {
            return MOST_SIGNED;
        }
        OptionalLong length = asked.body().length();
        return length.isPresent() && length.getAsLong() <= MOST_KEPT ? MOST_KEPT : 0;
    }

    private ProxyAnswer authenticated(Call call) {
        Exchange first = exchange(
                call,
                call.use(),
                now -> credentials.shortLived(now, call.use().app().actor()));
        if (first.stream().status() != UNAUTHORIZED || !call.isAtHand()) {
            return new ProxyAnswer(first.stream(), new byte[0]);
        }
        Optional<Held> renewed = renewed(call, first);
        if (renewed.isEmpty()) {
            return new ProxyAnswer(first.stream(), new byte[0]);
        }
        first.stream().close();
        Exchange second = exchange(call, call.use().repeated(), now -> renewed.get());
        return new ProxyAnswer(second.stream(), new byte[0]);
    }

    /** A new credential in the place of the refused one; none if it could not be had, and the refusal stands. */
    private Optional<Held> renewed(Call call, Exchange refused) {
        try {
            return credentials.renewed(
                    call.connection(), refused.held(), call.use().app().actor());
        } catch (BrokerException e) {
            if (e.type() != ProblemType.NEEDS_REAUTH) {
                return Optional.empty();
            }
            refused.stream().close();
            throw e;
        }
    }

    private Exchange exchange(Call call, Use use, Function<Connection, Held> credential) {
        Held held = admission.admit(use, credential);
        PartnerRequest ready = CredentialHeaders.on(
                call.bare(), held.credential(), call.partner().profile(), clock.instant());
        return new Exchange(open(call, use, ready, !IDEMPOTENT.contains(use.method())), held);
    }

    private ProxyAnswer signed(Call call, RequestSigner signer) {
        HandshakeContext context =
                handshakes.context(call.partner(), call.connection().scopes());
        PartnerStream first = sign(call, call.use(), signer, context);
        if (first.status() < FIRST_REFUSAL || !call.isAtHand()) {
            return new ProxyAnswer(first, new byte[0]);
        }
        byte[] read = beginningOf(first);
        PartnerResponse refusal = new PartnerResponse(first.status(), first.headers(), read);
        if (!signer.recovers(context, refusal)) {
            return new ProxyAnswer(first, read);
        }
        first.close();
        return new ProxyAnswer(sign(call, call.use().repeated(), signer, context), new byte[0]);
    }

    private PartnerStream sign(Call call, Use use, RequestSigner signer, HandshakeContext context) {
        try (Turn turn = signer.takeTurn(context)) {
            Held held = admission.admit(use, credentials::lasting);
            PartnerRequest ready = signer.sign(context, held.credential(), call.bare());
            return open(call, use, ready, true);
        }
    }

    /** What a refusal says, as far as a signer may want to know. */
    private static byte[] beginningOf(PartnerStream refusal) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] block = new byte[8192];
        try {
            int count = 0;
            while (count != -1 && read.size() < MOST_KEPT) {
                read.write(block, 0, count);
                count = refusal.read(block);
            }
            read.write(block, 0, Math.max(count, 0));
            return read.toByteArray();
        } catch (IOException e) {
            throw new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner's answer broke off.", e);
        }
    }

    private PartnerStream open(Call call, Use use, PartnerRequest ready, boolean once) {
        try {
            return streams.open(ready.to(call.partner().recipient()), call.body(ready));
        } catch (PartnerCallException e) {
            BrokerException problem = problem(e, once);
            admission.failed(use, call.connection(), problem);
            throw problem;
        } catch (BrokerException e) { // of the body: it is too large
            admission.failed(use, call.connection(), e);
            throw e;
        }
    }

    /** Where the same request must not simply be sent again, a lost answer is told from one that never came (R116). */
    private static BrokerException problem(PartnerCallException e, boolean once) {
        boolean lost = e.reason() == Reason.TIMEOUT || e.reason() == Reason.BROKEN;
        return once && lost
                ? new BrokerException(
                                ProblemType.OUTCOME_UNKNOWN,
                                "The request was sent and its answer was lost; ask the partner what became of it.",
                                e)
                        .retryAfter(LOST_ANSWER_PAUSE)
                : e.toProblem();
    }
}
