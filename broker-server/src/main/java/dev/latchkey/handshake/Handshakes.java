package dev.latchkey.handshake;

import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.partner.MetadataReader;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import io.quarkus.arc.All;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All protocols by kind. Refuses to start if a kind has none or two. Thread-safe. */
@Startup
@ApplicationScoped
public class Handshakes {

    private final Map<HandshakeKind, Handshake> byKind = new EnumMap<>(HandshakeKind.class);
    private final Partners partners;
    private final MetadataReader metadata;

    Handshakes(@All List<Handshake> protocols, Partners partners, MetadataReader metadata) {
        for (Handshake protocol : protocols) {
            if (byKind.put(protocol.kind(), protocol) != null) {
                throw new IllegalStateException("two protocols for " + protocol.kind());
            }
        }
        for (HandshakeKind kind : HandshakeKind.values()) {
            if (!byKind.containsKey(kind)) {
                throw new IllegalStateException("no protocol for " + kind);
            }
        }
        this.partners = partners;
        this.metadata = metadata;
    }

    /** The protocol of a partner. */
    public Handshake of(Partner partner) {
        return java.util.Objects.requireNonNull(byKind.get(partner.profile().kind()));
    }

    /** The protocol as one that can renew, if it can. */
    public Optional<Refreshable> refreshable(Partner partner) {
        return of(partner) instanceof Refreshable refreshable ? Optional.of(refreshable) : Optional.empty();
    }

    /** The protocol as one that can revoke, if it can. */
    public Optional<Revocable> revocable(Partner partner) {
        return of(partner) instanceof Revocable revocable ? Optional.of(revocable) : Optional.empty();
    }

    /** The registration, if there is one. */
    public Optional<Partner> find(String id) {
        return partners.find(id);
    }

    /** The protocol as one whose credentials can be brought along, if they can. */
    public Optional<Importable> importable(Partner partner) {
        return of(partner) instanceof Importable importable ? Optional.of(importable) : Optional.empty();
    }

    /** The registration; {@code not_found} if it is gone. */
    public Partner partner(String id) {
        return partners.find(id).orElseThrow(BrokerException::notFound);
    }

    /** All that a protocol works with: reads the partner's metadata and our client's credentials. */
    public HandshakeContext context(Partner partner, Scopes scopes) {
        return new HandshakeContext(partner, metadata.metadataOf(partner), partners.credentials(partner), scopes);
    }

    /** {@code state_invalid}: one answer for whatever is wrong with a browser's return, so that nothing can be probed. */
    public static BrokerException stateInvalid() {
        return new BrokerException(
                ProblemType.STATE_INVALID, "This link has ended, was used before, or was opened in another browser.");
    }

    /** {@code state_invalid}: a browser came back from a partner to which none is sent. */
    public static BrokerException noBrowser() {
        return new BrokerException(ProblemType.STATE_INVALID, "This partner needs no browser.");
    }
}
