package dev.latchkey.signing;

import dev.latchkey.catalog.CatalogEntry;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.secret.Purpose;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SessionCookie;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

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
            case Credential.Session session -> {
                String cookies = cookies(session.cookies(), bare.uri(), now);
                yield cookies.isEmpty() ? bare : bare.withHeader("Cookie", cookies);
            }
            case Credential.OAuth1 tokens -> throw new IllegalStateException("a signer is needed");
            case Credential.Registered registered -> throw new IllegalStateException("a signer is needed");
        };
    }

    /** RFC 6265 section 5.4: only what belongs to this host, path and way. */
    private static String cookies(List<SessionCookie> cookies, URI target, Instant now) {
        return cookies.stream()
                .filter(cookie -> matches(cookie, target))
                .filter(cookie -> cookie.expiresAt().filter(end -> !end.isAfter(now)).isEmpty())
                .map(cookie -> cookie.name() + "=" + cookie.value().reveal(Purpose.SEND_TO_PARTNER))
                .collect(Collectors.joining("; "));
    }

    private static boolean matches(SessionCookie cookie, URI target) {
        String host = target.getHost().toLowerCase(Locale.ROOT);
        String domain = cookie.domain().toLowerCase(Locale.ROOT);
        boolean sameHost = domain.startsWith(".")
                ? host.endsWith(domain) || host.equals(domain.substring(1))
                : host.equals(domain);
        String path = target.getRawPath().isEmpty() ? "/" : target.getRawPath();
        String folder = cookie.path().endsWith("/") ? cookie.path() : cookie.path() + "/";
        boolean below = path.equals(cookie.path()) || path.startsWith(folder);
        return sameHost && below && (!cookie.secure() || target.getScheme().equalsIgnoreCase("https"));
    }
}
