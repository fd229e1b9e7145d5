package dev.latchkey.caller.app;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * A registered internal app.
 *
 * @param id its id, {@code [a-z0-9][a-z0-9-]{0,63}}
 * @param name what people call it
 * @param returnUrls where a browser may be sent back to, compared byte for byte (R79)
 * @param eventsUrl where its events are delivered
 */
public record App(String id, String name, List<String> returnUrls, Optional<URI> eventsUrl) {

    /** Copies. */
    public App {
        returnUrls = List.copyOf(returnUrls);
    }

    /**
     * Whether a browser may be sent back to this URL: it is registered, byte for byte (R79); where the registered one is
     * http on 127.0.0.1 or [::1], at any port (RFC 8252 section 7.3, R80).
     */
    public boolean allowsReturnUrl(String url) {
        return returnUrls.stream().anyMatch(registered -> ReturnUrls.allows(registered, url));
    }
}
