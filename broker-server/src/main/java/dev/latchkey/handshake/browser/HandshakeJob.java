package dev.latchkey.handshake.browser;

import dev.latchkey.audit.Actor;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.connection.ConnectionLifecycle;
import dev.latchkey.connection.PartnerSide;
import dev.latchkey.handshake.Revocations;
import dev.latchkey.job.Job;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Clears up after browsers that never came back, and goes on with what a partner could not do at once. */
@ApplicationScoped
class HandshakeJob implements Job {

    private static final int BATCH = 20;

    private final BrowserSteps steps;
    private final Confirmations confirmations;
    private final Revocations revocations;
    private final ConnectionLifecycle lifecycle;
    private final PartnerSide partnerSide;
    private final Partners partners;
    private final CredentialVault vault;

    HandshakeJob(
            BrowserSteps steps,
            Confirmations confirmations,
            Revocations revocations,
            ConnectionLifecycle lifecycle,
            PartnerSide partnerSide,
            Partners partners,
            CredentialVault vault) {
        this.steps = steps;
        this.confirmations = confirmations;
        this.revocations = revocations;
        this.lifecycle = lifecycle;
        this.partnerSide = partnerSide;
        this.partners = partners;
        this.vault = vault;
    }

    @Override
    public String name() {
        return "handshake-sweep";
    }

    @Override
    public Duration pause() {
        return Duration.ofSeconds(10);
    }

    @Override
    public void run(Actor actor) {
        steps.purge().forEach(flow -> vault.destroy(VaultPath.handshake(flow)));
        confirmations.sweep(actor);
        revocations.retryDue(actor);
        lifecycle.importsToDrop(BATCH).forEach(partnerSide::dropBrought);
        lifecycle.approvedImports(BATCH).forEach(id -> partnerSide.connect(id, actor));
        partners.usable().stream().filter(HandshakeJob::needsNoBrowser).forEach(partner -> connect(partner, actor));
    }

    private void connect(Partner partner, Actor actor) {
        lifecycle.approvedAt(partner.id(), BATCH).forEach(id -> partnerSide.connect(id, actor));
    }

    private static boolean needsNoBrowser(Partner partner) {
        HandshakeKind kind = partner.profile().kind();
        return !kind.needsBrowser();
    }
}
