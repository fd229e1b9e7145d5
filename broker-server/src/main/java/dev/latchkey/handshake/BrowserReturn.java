package dev.latchkey.handshake;

import dev.latchkey.secret.Secret;
import java.util.Optional;

/**
 * What a browser's return says, before anything is looked up.
 *
 * @param flow names the flow that it belongs to: what {@link HandshakeStep.Redirect#flow()} said would come back
 * @param error the partner's error, one of RFC 6749 section 4.1.2.1; empty if the partner agreed
 */
public record BrowserReturn(Secret flow, Optional<String> error) {}
