package dev.latchkey.webhook;

import dev.latchkey.testkit.BrokerStack;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The stack of the core, with a body timeout and a limit that tests can reach. */
public final class WebhookStack implements QuarkusTestProfile {

    static final int WRONG_PATHS = 300;

    private final BrokerStack core = new BrokerStack();

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> all = new HashMap<>(core.getConfigOverrides());
        all.put("latchkey.webhooks.wrong-paths", Integer.toString(WRONG_PATHS));
        all.put("latchkey.http.body-timeout", "PT10S");
        return all;
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return core.testResources();
    }
}
