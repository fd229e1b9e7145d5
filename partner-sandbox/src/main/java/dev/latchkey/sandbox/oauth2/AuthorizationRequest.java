package dev.latchkey.sandbox.oauth2;

import dev.latchkey.sandbox.oauth2.client.Client;
import java.util.Optional;
import java.util.Set;

/** An authorization request that passed every check (RFC 6749 s.4.1.1). */
public record AuthorizationRequest(
        Client client, String redirectUri, Optional<String> state, Set<String> scopes, Optional<String> challenge) {}
