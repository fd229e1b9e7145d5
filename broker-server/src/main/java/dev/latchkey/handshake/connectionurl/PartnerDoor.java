package dev.latchkey.handshake.connectionurl;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.caller.limit.FailureLimit;
import dev.latchkey.caller.limit.LimitsConfig;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who calls a ConnectionURL. Whatever is wrong (no such registration, another kind of partner, wrong id, wrong secret) has
 * the same answer after the same work: one look into the vault and two comparisons of digests (R106, R110). Thread-safe.
 */
@ApplicationScoped
class PartnerDoor {

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    /** Audit rows a minute in all, so that made-up registrations cannot fill the table. */
    private static final int MOST_ROWS = 1_000;
    /** Stands in for a name that no registration can have. */
    private static final String NOBODY = "0".repeat(64);

    private final CredentialVault vault;
    private final Partners partners;
    private final AuditLog audit;
    private final FailureLimit failures;
    private final FailureLimit rows;
    /** What nobody can know: stands in for a credential that is not there. */
    private final Secret unknown;
    /** What is compared where nothing was sent; never equal to {@link #unknown}. */
    private final Secret absent;

    PartnerDoor(
            CredentialVault vault,
            Partners partners,
            AuditLog audit,
            LimitsConfig limits,
            SecretGenerator generator,
            Clock clock) {
        this.vault = vault;
        this.partners = partners;
        this.audit = audit;
        this.failures = new FailureLimit(limits.wrongPartnerCalls(), clock);
        this.rows = new FailureLimit(MOST_ROWS, clock);
        this.unknown = generator.next();
        this.absent = generator.next();
    }

    /**
     * The partner, if these are the credentials that were agreed with it.
     *
     * @throws BrokerException {@code invalid_client}, or {@code rate_limited} after too many of those from one source
     */
    Actor admit(String registration, Optional<Secret> clientId, Optional<Secret> clientSecret, Actor anonymous) {
        failures.check(registration, anonymous.sourceIp());
        boolean named = ID.matcher(registration).matches();
        SecretFields known = vault.read(VaultPath.partner(named ? registration : NOBODY))
                .map(StoredRecord::fields)
                .orElse(new SecretFields(Map.of()));
        boolean id = known.get("client_id").orElse(unknown).equals(clientId.orElse(absent));
        boolean secret = known.get("client_secret").orElse(unknown).equals(clientSecret.orElse(absent));
        // No short cut: both are compared, whatever the first one says. Only who knows both comes to the last question.
        if (!(named & id & secret) || !calls(registration)) {
            throw refused(registration, anonymous);
        }
        return new Actor(Actor.Type.PARTNER, registration, anonymous.requestId(), anonymous.sourceIp());
    }

    private boolean calls(String registration) {
        return partners.find(registration)
                .filter(partner -> partner.profile().kind().partnerCalls())
                .isPresent();
    }

    private BrokerException refused(String registration, Actor anonymous) {
        failures.count(registration, anonymous.sourceIp());
        if (rows.count("", "all") <= MOST_ROWS) {
            audit.append(
                    AuditEvent.of(anonymous, AuditAction.PARTNER_CALLED).denied(ProblemType.INVALID_CLIENT.code()));
        }
        return new BrokerException(ProblemType.INVALID_CLIENT, "The client is unknown, or its secret is another one.");
    }
}
