package dev.latchkey.signing;

import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.partner.Partner;
import dev.latchkey.signing.scheme.RequestSigner;
import io.quarkus.arc.All;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** All signers by scheme. Refuses to start if a scheme has none or two. Thread-safe. */
@Startup
@ApplicationScoped
class Signers {

    private final Map<SigningScheme, RequestSigner> byScheme = new EnumMap<>(SigningScheme.class);

    Signers(@All List<RequestSigner> signers) {
        for (RequestSigner signer : signers) {
            if (byScheme.put(signer.scheme(), signer) != null) {
                throw new IllegalStateException("two signers for " + signer.scheme());
            }
        }
        for (SigningScheme scheme : SigningScheme.values()) {
            if (scheme != SigningScheme.NONE && !byScheme.containsKey(scheme)) {
                throw new IllegalStateException("no signer for " + scheme);
            }
        }
    }

    /** The signer of a partner's requests; empty where they carry a token or cookies. */
    Optional<RequestSigner> of(Partner partner) {
        SigningScheme scheme = partner.profile().signing();
        if (scheme == SigningScheme.NONE) {
            return Optional.empty();
        }
        return Optional.of(Objects.requireNonNull(byScheme.get(scheme)));
    }
}
