package dev.latchkey.caller.app;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * What an admin may say about an app; checked.
 *
 * @param name what people call it
 * @param returnUrls each fit to be registered
 * @param eventsUrl where its events are delivered
 */
record AppDraft(String name, List<String> returnUrls, Optional<URI> eventsUrl) {

    /** Copies. */
    AppDraft {
        returnUrls = List.copyOf(returnUrls);
    }
}
