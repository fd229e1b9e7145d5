package dev.latchkey.testkit;

import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.sandbox.client.SandboxControl;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * What the tests of the broker's core run on: the broker in the embedded default with loopback open, a database of its
 * own, and the partner sandbox in the same process. One boot for every class with {@code @TestProfile(BrokerStack.class)}.
 */
public class BrokerStack implements QuarkusTestProfile {

    /** The password of both people. */
    public static final String PASSWORD = "correct-horse-battery-staple";

    private static final String SANDBOX = "test.sandbox.address";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                // comes when a test hurries it, and not between two lines of one
                "latchkey.refresh.ahead-pause",
                "PT1H",
                "latchkey.outbound.allow-loopback",
                "true",
                "latchkey.partners.endpoint-overrides",
                "true",
                "latchkey.catalog.folder",
                "src/test/resources/operator-catalog",
                "latchkey.admin.password",
                PASSWORD,
                "latchkey.approver.password",
                PASSWORD,
                // a pause in a stream is waited for
                "latchkey.outbound.stream-idle",
                "PT4S",
                // the tests that guess have a limit of their own
                "latchkey.webhooks.wrong-paths",
                "1000000");
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(TestDatabase.class), new TestResourceEntry(Partners.class));
    }

    /** Where the broker listens. */
    public static URI broker() {
        URI origin = URI.create(ConfigProvider.getConfig().getValue("test.url", String.class));
        return URI.create("http://127.0.0.1:" + origin.getPort());
    }

    /** Where the sandbox listens. */
    public static URI sandbox() {
        return URI.create(ConfigProvider.getConfig().getValue(SANDBOX, String.class));
    }

    /** Orders the sandbox about. */
    public static SandboxControl control() {
        return new SandboxControl(sandbox());
    }

    /** Starts and stops the sandbox with the broker. */
    public static final class Partners implements QuarkusTestResourceLifecycleManager {

        private @Nullable Sandbox sandbox;

        @Override
        public Map<String, String> start() {
            Sandbox started = Sandbox.start(SandboxConfig.defaults());
            sandbox = started;
            Map<String, String> properties = new HashMap<>();
            properties.put(SANDBOX, started.baseUri().toString());
            return properties;
        }

        @Override
        public void stop() {
            if (sandbox != null) {
                sandbox.close();
            }
        }
    }
}
