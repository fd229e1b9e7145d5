package dev.latchkey.webhook;

import dev.latchkey.testkit.BrokerStack;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stack of the core, with a body timeout and a limit that tests can reach, and a row that signs ids and times. */
public final class WebhookStack implements QuarkusTestProfile {

    static final int WRONG_PATHS = 300;

    private static final String ROW = """
            id: timed
            name: A partner that signs ids and times
            kind: client_credentials
            endpoints: { token_endpoint: http://127.0.0.1:9/token, api_base: http://127.0.0.1:9/ }
            webhook:
              signature_header: X-Timed-Signature
              algorithm: hmac-sha256-hex
              secret: client_secret
              id_header: X-Timed-Id
              timestamp_header: X-Timed-Time
            """;

    private final BrokerStack core = new BrokerStack();

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> all = new HashMap<>(core.getConfigOverrides());
        all.put("latchkey.webhooks.wrong-paths", Integer.toString(WRONG_PATHS));
        all.put("latchkey.http.body-timeout", "PT2S");
        return all;
    }

    @Override
    public List<TestResourceEntry> testResources() {
        List<TestResourceEntry> all = new ArrayList<>(core.testResources());
        all.add(new TestResourceEntry(Rows.class));
        return all;
    }

    /** A catalog folder with one row. */
    public static final class Rows implements QuarkusTestResourceLifecycleManager {

        private @Nullable Path folder;

        @Override
        public Map<String, String> start() {
            try {
                Path made = Files.createTempDirectory("latchkey-rows");
                folder = made;
                Files.writeString(made.resolve("timed.yaml"), ROW);
                return Map.of("latchkey.catalog.folder", made.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {
            if (folder == null) {
                return;
            }
            try {
                Files.deleteIfExists(folder.resolve("timed.yaml"));
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
