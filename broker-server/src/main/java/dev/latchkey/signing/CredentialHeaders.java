package dev.latchkey.signing;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.secret.Purpose;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SessionCookies;
import java.time.Instant;

/** Puts a credential on a request the way the partner takes it. */
final class CredentialHeaders {

    private CredentialHeaders() {}

    /** The request with its credential; whatever stood in the same header field is replaced. */
    static PartnerRequest on(PartnerRequest bare, Credential credential, CatalogEntry profile, Instant now) {
        return switch (credential) {
            case Credential.OAuth2 tokens -> {
                String token = tokens.accessToken().reveal(Purpose.SEND_TO_PARTNER);
                yield profile.dialect()
                        .bareHeader()
                        .map(name -> bare.withHeader(name, token))
                        .orElseGet(() -> bare.withHeader("Authorization", "Bearer " + token)); // RFC 6750 section 2.1
            }
            case Credential.Session session ->
                SessionCookies.headerFor(bare.uri(), session.cookies(), now)
                        .map(cookies -> bare.withHeader("Cookie", cookies))
                        .orElse(bare);
            case Credential.OAuth1 tokens -> throw new IllegalStateException("a signer is needed");
            case Credential.Registered registered -> throw new IllegalStateException("a signer is needed");
        };
    }
}
