package dev.latchkey.webhook;

import dev.latchkey.audit.Actor;
import dev.latchkey.catalog.entry.WebhookScheme;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is done with a call of a partner that came in by the right path. Thread-safe. */
@ApplicationScoped
class Webhooks {

    /** Nothing that could be anything else than text in any answer (R120). */
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._~+/=-]{1,256}");

    private final MessageSignatures signatures;
    private final WebhookInbox inbox;
    private final WebhookRecord record;

    Webhooks(MessageSignatures signatures, WebhookInbox inbox, WebhookRecord record) {
        this.signatures = signatures;
        this.inbox = inbox;
        this.record = record;
    }

    /**
     * A header field to be said back.
     *
     * @param name as the catalog row has it
     * @param value as the partner sent it
     */
    record Echo(String name, String value) {}

    /**
     * What to say back, if this is a challenge: the field of the row, no body, no signature.
     *
     * @throws BrokerException {@code invalid_request} for a value that is not said back
     */
    Optional<Echo> challenge(Partner partner, Message message, Actor actor) {
        WebhookScheme scheme = scheme(partner);
        boolean signed =
                scheme.signature().filter(it -> message.has(it.header())).isPresent();
        Optional<String> field = scheme.challengeHeader().filter(message::has);
        if (field.isEmpty() || signed || message.body().length > 0) {
            return Optional.empty();
        }
        Optional<String> value =
                message.only(field.get()).filter(it -> HARMLESS.matcher(it).matches());
        if (value.isEmpty()) {
            throw refused(partner, actor, "The challenge is none that is answered.");
        }
        record.challenged(partner, actor);
        return Optional.of(new Echo(field.get(), value.get()));
    }

    /**
     * Takes an event over; returns when it is durable. One that came before is done nothing with.
     *
     * @throws BrokerException {@code invalid_signature}; {@code invalid_request} for an empty body
     */
    void accept(Partner partner, Message message, Actor actor) {
        Optional<WebhookScheme.Signature> scheme = scheme(partner).signature();
        byte[] mark = scheme.map(it -> verified(partner, it, message, actor))
                .orElseGet(() -> MessageSignatures.sha256(message.body()));
        if (message.body().length == 0) {
            throw refused(partner, actor, "An event has a body.");
        }
        if (inbox.accept(partner, mark, scheme.isEmpty(), Payload.of(message.body()), actor)) {
            record.count("accepted");
        } else {
            record.repeated(partner, actor);
        }
    }

    private byte[] verified(Partner partner, WebhookScheme.Signature scheme, Message message, Actor actor) {
        try {
            return signatures.verify(partner, scheme, message);
        } catch (BrokerException e) {
            record.refused(partner, e.type().code(), actor);
            throw e;
        }
    }

    private BrokerException refused(Partner partner, Actor actor, String detail) {
        BrokerException refusal = BrokerException.invalid("", detail);
        record.refused(partner, refusal.type().code(), actor);
        return refusal;
    }

    private static WebhookScheme scheme(Partner partner) {
        return partner.profile().webhook().orElseThrow(BrokerException::notFound);
    }
}
