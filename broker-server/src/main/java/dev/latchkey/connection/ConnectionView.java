package dev.latchkey.connection;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.latchkey.caller.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A connection as the API shows it: no credential, and to an app no other app's grant.
 *
 * @param scopes what is approved (until then, what was asked for)
 * @param imported whether a credential that was obtained elsewhere waits to be adopted
 * @param partnerScopes what the partner's token covers, once there is one
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record ConnectionView(
        UUID id,
        String partner,
        String owner,
        String status,
        Optional<String> reason,
        List<String> requestedScopes,
        List<String> scopes,
        List<String> partnerScopes,
        List<String> methods,
        Optional<String> returnUrl,
        Optional<String> purpose,
        String requestedBy,
        boolean imported,
        Optional<String> approvedBy,
        Optional<Instant> approvedAt,
        Optional<String> approvalRule,
        Optional<String> comment,
        Optional<Instant> expiresAt,
        Instant createdAt,
        List<GrantView> grants) {

    /** A grant as the API shows it; without {@code scopes} it covers all of the connection's. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record GrantView(String app, Optional<List<String>> scopes, List<String> methods) {}

    /** What the caller may see of a connection that it may see. */
    public static ConnectionView of(Connection connection, Caller viewer) {
        Optional<Connection.Decision> decision = connection.decision();
        return new ConnectionView(
                connection.id(),
                connection.partner(),
                connection.owner(),
                connection.status().wireName(),
                connection.reason(),
                connection.requestedScopes().asList(),
                connection.scopes().asList(),
                connection.partnerScopes().asList(),
                connection.methods(),
                connection.returnUrl(),
                connection.purpose(),
                connection.requester().name(),
                connection.imported(),
                decision.map(Connection.Decision::by),
                decision.map(Connection.Decision::at),
                decision.flatMap(Connection.Decision::rule),
                decision.flatMap(Connection.Decision::comment),
                connection.expiresAt(),
                connection.createdAt(),
                grants(connection, viewer));
    }

    private static List<GrantView> grants(Connection connection, Caller viewer) {
        return connection.grants().values().stream()
                .filter(grant ->
                        !(viewer instanceof Caller.AppCaller app) || app.id().equals(grant.app()))
                .map(grant ->
                        new GrantView(grant.app(), grant.scopes().map(scopes -> scopes.asList()), grant.methods()))
                .toList();
    }
}
