package dev.latchkey.keycloak.testkit;

import java.util.List;

/** What the extensions under test are configured with; one server serves all of them. */
final class ExtensionOptions {

    private ExtensionOptions() {}

    static List<String> asArguments() {
        return List.of();
    }
}
