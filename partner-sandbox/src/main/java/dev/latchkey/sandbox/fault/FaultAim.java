package dev.latchkey.sandbox.fault;

import dev.latchkey.sandbox.http.Endpoint;
import java.util.Optional;

/** Which requests a fault is for; an empty part fits every request. */
public record FaultAim(
        Optional<String> partner,
        Optional<String> clientId,
        Optional<String> family,
        Optional<String> user,
        Optional<Endpoint> endpoint,
        Optional<String> method) {

    /** Whether the request is meant. */
    public boolean fits(FaultTarget target) {
        return partner.map(target.partner()::equals).orElse(true)
                && endpoint.map(target.endpoint()::equals).orElse(true)
                && method.map(target.method()::equals).orElse(true)
                && same(clientId, target.caller().clientId())
                && same(family, target.caller().family())
                && same(user, target.caller().user());
    }

    private static boolean same(Optional<String> wanted, Optional<String> found) {
        return wanted.isEmpty() || wanted.equals(found);
    }
}
