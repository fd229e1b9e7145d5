package dev.latchkey.webhook;

import dev.latchkey.audit.Actor;
import dev.latchkey.event.PartnerEvents;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;

/**
 * Takes a message over: that it was seen, what apps are to be told, and the audit row are one commit, before the partner
 * has its answer (R127). Messages of one registration are committed one after the other, which is their order from then
 * on. Thread-safe.
 */
@ApplicationScoped
class WebhookInbox {

    private final SeenMessages seen;
    private final PartnerEvents events;
    private final WebhookRecord record;

    WebhookInbox(SeenMessages seen, PartnerEvents events, WebhookRecord record) {
        this.seen = seen;
        this.events = events;
        this.record = record;
    }

    /**
     * Takes it over once.
     *
     * @param sha256 what the message is known again by
     * @param payload a JSON value
     * @return false if it came before: then nothing is done
     */
    @Transactional
    boolean accept(Partner partner, byte[] sha256, boolean unsigned, String payload, Actor actor) {
        if (!seen.serialize(partner.id())) {
            throw BrokerException.notFound();
        }
        if (!seen.remember(partner.id(), sha256)) {
            return false;
        }
        int apps = events.publish(partner.id(), unsigned, payload);
        record.accepted(partner, unsigned, apps, actor);
        return true;
    }
}
