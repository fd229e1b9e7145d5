package dev.latchkey.readiness.risk;

import dev.latchkey.caller.authentication.AdminConfig;
import dev.latchkey.caller.authentication.ApproverConfig;
import dev.latchkey.caller.issuer.IdentityConfig;
import dev.latchkey.http.HttpConfig;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/** How callers come in, and how they prove who they are. */
@Singleton
final class DoorCheck implements ReadinessCheck {

    private static final int SHORTEST = 16;
    private static final String PROXY = "quarkus.http.proxy.";
    /** A network without a prefix. */
    private static final Pattern EVERY_ADDRESS = Pattern.compile("/0+\\s*(?:,|$)");
    /** In texts that people write, and that are the first to be guessed. */
    private static final Set<String> WELL_KNOWN =
            Set.of("password", "latchkey", "admin", "approver", "changeme", "secret", "sandbox", "12345", "qwerty");

    private final HttpConfig http;
    private final IdentityConfig identity;
    private final AdminConfig admin;
    private final ApproverConfig approver;
    private final Config config;

    DoorCheck(HttpConfig http, IdentityConfig identity, AdminConfig admin, ApproverConfig approver, Config config) {
        this.http = http;
        this.identity = identity;
        this.admin = admin;
        this.approver = approver;
        this.config = config;
    }

    @Override
    public List<Finding> look() {
        boolean issuer = identity.issuer().isPresent();
        boolean basic = identity.basicAccepted();
        boolean https =
                http.publicUrl().filter(url -> "https".equals(url.getScheme())).isPresent();
        return List.of(
                Finding.of(Risk.PUBLIC_URL, !https),
                Finding.of(Risk.PROXY_HEADERS, believesAnybody()),
                Finding.of(Risk.NO_ISSUER, !issuer),
                Finding.of(Risk.BASIC_BESIDE_ISSUER, issuer && basic),
                Finding.of(Risk.ADMIN_PASSWORD, basic && isWeak(admin.password())),
                Finding.of(Risk.APPROVER_PASSWORD, basic && isWeak(approver.password())));
    }

    private boolean believesAnybody() {
        boolean believes = config.getOptionalValue(PROXY + "proxy-address-forwarding", Boolean.class)
                .orElse(false);
        return believes
                && config.getOptionalValue(PROXY + "trusted-proxies", String.class)
                        .filter(names -> !names.isBlank())
                        .filter(names -> !EVERY_ADDRESS.matcher(names).find())
                        .isEmpty();
    }

    /** One that was made up is not weak; what a person chose may be. */
    private static boolean isWeak(Optional<String> chosen) {
        return chosen.map(text -> text.toLowerCase(Locale.ROOT))
                .filter(text -> text.length() < SHORTEST
                        || text.chars().distinct().count() < SHORTEST / 2
                        || WELL_KNOWN.stream().anyMatch(text::contains))
                .isPresent();
    }
}
