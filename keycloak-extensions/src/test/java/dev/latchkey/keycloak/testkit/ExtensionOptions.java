package dev.latchkey.keycloak.testkit;

import java.util.List;

/** What the extensions under test are configured with; one server serves all of them. */
final class ExtensionOptions {

    private ExtensionOptions() {}

    static List<String> asArguments() {
        String broker = BrokerPeer.shared().address().toString();
        return List.of(
                "--spi-oauth2-token-exchange--latchkey--url=" + broker,
                "--spi-protocol-mapper--latchkey-connections-mapper--url=" + broker);
    }
}
