package dev.latchkey.caller.app;

import java.util.Optional;

/** The register of apps, as other features see it. Thread-safe. */
public interface Apps {

    /** The app with that id. */
    Optional<App> find(String id);
}
