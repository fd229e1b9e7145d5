package dev.latchkey.catalog;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.Endpoints;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.catalog.entry.ParameterPlace;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.problem.BrokerException;
import java.util.Optional;

/** What must hold of a row as a whole; a schema cannot say it well. */
final class RowRules {

    private RowRules() {}

    /** Whether the addresses that the protocol needs are given, or can be found by the issuer's metadata. */
    static boolean isComplete(CatalogEntry row, Endpoints endpoints) {
        if (endpoints.get(EndpointName.ISSUER).isPresent() && row.kind() != HandshakeKind.OAUTH1) {
            return true;
        }
        // an ID token is checked against its issuer, so that openid needs one
        return !row.openid()
                && endpoints.values().keySet().containsAll(row.kind().endpoints());
    }

    /** Whether the lifetimes agree with each other. */
    static boolean lifetimesAgree(RefreshSemantics refresh) {
        return refresh.defaultLifetime().compareTo(refresh.maximumLifetime()) <= 0;
    }

    /** RFC 5849 section 3.4.4 with 3.5.3: such a signature is the secrets themselves, and addresses are written to logs. */
    static boolean keepsSecretsOutOfAddresses(Dialect dialect) {
        return dialect.signatureMethod() != SignatureMethod.PLAINTEXT || dialect.parametersIn() != ParameterPlace.QUERY;
    }

    /** What is wrong with a row that was read from a file. */
    static Optional<BrokerException> violation(CatalogEntry row) {
        if (!row.generic() && !isComplete(row, row.endpoints())) {
            return Optional.of(BrokerException.invalid("/endpoints", "an address that the protocol needs is missing"));
        }
        if (!lifetimesAgree(row.refresh())) {
            return Optional.of(BrokerException.invalid("/refresh", "default_lifetime is above maximum_lifetime"));
        }
        if ((row.kind() == HandshakeKind.API_KEY) && row.signing() == SigningScheme.NONE) {
            return Optional.of(BrokerException.invalid("/signing", "an api_key signs, by one of the schemes"));
        }
        if ((row.kind() == HandshakeKind.OAUTH1) && row.signing() != SigningScheme.OAUTH1) {
            return Optional.of(BrokerException.invalid("/signing", "the kind oauth1 signs by the scheme oauth1"));
        }
        if (!keepsSecretsOutOfAddresses(row.dialect())) {
            return Optional.of(BrokerException.invalid("/parameters_in", "PLAINTEXT never travels in the query"));
        }
        if (row.refresh().maximumLifetime().compareTo(row.kind().longestLife()) > 0) {
            return Optional.of(
                    BrokerException.invalid("/refresh", "maximum_lifetime is above what this kind may have"));
        }
        if (row.openid() && !row.kind().needsBrowser()) {
            return Optional.of(BrokerException.invalid("/openid", "only for authorization_code"));
        }
        return WebhookReader.violation(row);
    }
}
