package dev.latchkey.handshake.browser;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.ConnectionLifecycle;
import dev.latchkey.connection.Connections;
import dev.latchkey.handshake.BrowserReturn;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;

/**
 * Takes a browser to the partner and back. No transaction is held while the partner is asked. Thread-safe.
 *
 * <p>The order of a return is the order of the checks: one set of parameters, known state in this browser at this
 * registration, first time, right issuer, no error, and only then a request to the partner.
 */
@ApplicationScoped
class HandshakeEngine {

    private final Connections connections;
    private final ConnectionLifecycle lifecycle;
    private final BrowserSteps steps;
    private final Confirmations confirmations;
    private final Handshakes handshakes;
    private final CredentialVault vault;
    private final SecretGenerator generator;

    HandshakeEngine(
            Connections connections,
            ConnectionLifecycle lifecycle,
            BrowserSteps steps,
            Confirmations confirmations,
            Handshakes handshakes,
            CredentialVault vault,
            SecretGenerator generator) {
        this.connections = connections;
        this.lifecycle = lifecycle;
        this.steps = steps;
        this.confirmations = confirmations;
        this.handshakes = handshakes;
        this.vault = vault;
        this.generator = generator;
    }

    /**
     * Where a browser goes, and the cookie to set on the way.
     *
     * @param location the partner's page
     * @param ticket names the cookie
     * @param cookie its value, if this browser has none yet
     */
    record Departure(URI location, UUID ticket, Optional<Secret> cookie) {}

    /** How a browser's return ended. */
    sealed interface Arrival {

        /** Names the cookie to clear. */
        UUID ticket();

        /** The credential is staged; whoever asked confirms with the handle. */
        record AwaitsConfirmation(UUID ticket, Connection connection, Secret handle) implements Arrival {}

        /** The partner sent an error; the connection can be tried again. */
        record Denied(UUID ticket, Connection connection, String error) implements Arrival {}
    }

    /** Opens a link: binds it to the browser and makes the first step. */
    Departure depart(Secret ticket, CookieJar cookies, Actor actor) {
        BrowserSteps.Opened opened = steps.open(ticket, cookies).orElseThrow(Handshakes::stateInvalid);
        Connection connection = connections.find(opened.connection()).orElseThrow(Handshakes::stateInvalid);
        Partner partner = handshakes.partner(connection.partner());
        HandshakeContext context = handshakes.context(partner, connection.scopes());
        Secret state = generator.next();
        HandshakeStep step = handshakes.of(partner).begin(context, state);
        if (!(step instanceof HandshakeStep.Redirect redirect)) {
            throw new BrokerException(ProblemType.WRONG_KIND, "This partner needs no browser.");
        }
        if (!lifecycle.startAuthorizing(connection.id(), actor)) {
            throw Handshakes.stateInvalid();
        }
        UUID flow = UUID.randomUUID();
        write(VaultPath.handshake(flow), redirect.memo());
        try {
            steps.remember(flow, redirect, opened, context);
        } catch (RuntimeException e) {
            vault.destroy(VaultPath.handshake(flow)); // what no row names would never be swept
            throw e;
        }
        return new Departure(redirect.location(), opened.ticket(), opened.newCookie());
    }

    /** Takes a browser's return to the redirect URI of a registration. */
    Arrival arrive(String registration, Callback callback, CookieJar cookies, Actor actor) {
        BrowserReturn said = read(registration, callback);
        BrowserSteps.Returned returned =
                steps.take(said.flow(), registration, cookies).orElseThrow(Handshakes::stateInvalid);
        SecretFields memo = takeMemo(returned);
        Connection connection = connections.find(returned.connection()).orElseThrow(Handshakes::stateInvalid);
        try {
            checkIssuer(returned, callback);
            if (said.error().isPresent()) {
                return denied(returned, connection, said.error().get(), actor);
            }
            return completed(returned, connection, callback, memo, actor);
        } catch (BrokerException e) {
            lifecycle.abandon(connection.id(), e.type().code(), AuditAction.HANDSHAKE_FAILED, actor);
            throw e;
        }
    }

    private BrowserReturn read(String registration, Callback callback) {
        Partner partner = handshakes.find(registration).orElseThrow(Handshakes::stateInvalid);
        return handshakes.of(partner).read(partner.profile(), callback);
    }

    private Arrival completed(
            BrowserSteps.Returned returned, Connection connection, Callback callback, SecretFields memo, Actor actor) {
        Partner partner = handshakes.partner(connection.partner());
        HandshakeContext context = handshakes.context(partner, connection.scopes());
        Credential credential = handshakes.of(partner).complete(context, callback, memo);
        Secret handle = confirmations.stage(connection, credential, returned.issuedTo(), actor);
        return new Arrival.AwaitsConfirmation(returned.ticket(), connection, handle);
    }

    private Arrival denied(BrowserSteps.Returned returned, Connection connection, String error, Actor actor) {
        String reason = error.equals("access_denied") ? "partner_denied" : error;
        lifecycle.abandon(connection.id(), reason, AuditAction.HANDSHAKE_FAILED, actor);
        return new Arrival.Denied(returned.ticket(), connection, error);
    }

    /** RFC 9207 section 2.4: simple string comparison with the issuer that the flow began with (R76). */
    private static void checkIssuer(BrowserSteps.Returned returned, Callback callback) {
        Optional<Secret> came = callback.get("iss");
        Optional<Secret> expected = returned.issuer().map(Secret::of);
        boolean missing = came.isEmpty() && returned.issRequired();
        boolean wrong = came.isPresent() && expected.isPresent() && !came.equals(expected);
        if (missing || wrong) {
            throw Handshakes.stateInvalid();
        }
    }

    private SecretFields takeMemo(BrowserSteps.Returned returned) {
        VaultPath path = VaultPath.handshake(returned.flow());
        SecretFields memo = vault.read(path).map(StoredRecord::fields).orElseThrow(Handshakes::stateInvalid);
        vault.destroy(path);
        returned.others().forEach(other -> vault.destroy(VaultPath.handshake(other)));
        return memo;
    }

    private void write(VaultPath path, SecretFields fields) {
        try {
            vault.write(path, fields, CredentialVault.ABSENT);
        } catch (VersionConflictException e) {
            throw new BrokerException(ProblemType.INTERNAL, "The handshake could not be begun.", e);
        }
    }
}
