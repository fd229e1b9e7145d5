package dev.latchkey.signing.scheme;

import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.vault.Credential;
import java.util.Set;

/** Signs single requests of an app so that the partner accepts them; one final class a scheme. Thread-safe. */
public interface RequestSigner {

    /** Which scheme of a catalog row it serves; one class a scheme. */
    SigningScheme scheme();

    /**
     * The names that a grant's {@code methods} must hold for this request: its HTTP method, or the JSON-RPC methods of its
     * body.
     *
     * @throws dev.latchkey.problem.BrokerException {@code invalid_request} if it cannot be told
     */
    default Set<String> methodsOf(PartnerRequest bare) {
        return Set.of(bare.method());
    }

    /** Whether a grant that names no method allows all of them (HTTP), or none (JSON-RPC). */
    default boolean openByDefault() {
        return true;
    }

    /** Whether {@link #sign} must see the whole body, since it signs or rewrites it; else a body may be streamed. */
    boolean readsBody(PartnerRequest head);

    /**
     * The request as it must go out, to the byte.
     *
     * @param context the registration, whose credentials may be what signs
     * @param credential the connection's own
     * @param bare the app's request, without any credential; its address is absolute and below the partner's API
     * @throws dev.latchkey.problem.BrokerException {@code invalid_request} for what cannot be signed exactly
     */
    PartnerRequest sign(HandshakeContext context, Credential credential, PartnerRequest bare);

    /**
     * Whether what {@link #sign} makes may be given to an app; not where it holds the secrets themselves instead of a proof
     * of them. The broker may send it all the same.
     */
    default boolean mayBeHandedOut(HandshakeContext context) {
        return true;
    }

    /**
     * A turn, held from before {@link #sign} until the headers of the partner's response are there. Most schemes need
     * none.
     */
    default Turn takeTurn(HandshakeContext context) {
        return Turn.FREE;
    }

    /** Looks at a refusal: whether the same bare request, signed anew once, may succeed. */
    default boolean recovers(HandshakeContext context, PartnerResponse refusal) {
        return false;
    }

    /** The right to send the next request of a key. */
    interface Turn extends AutoCloseable {

        /** Nobody has to wait. */
        Turn FREE = () -> {};

        @Override
        void close();
    }
}
