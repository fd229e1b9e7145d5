package dev.latchkey.identity;

import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.FakeOpenIdProviderResource;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The stack of the core with an OpenID provider that a test speaks for; the people keep their passwords. */
public final class IdentityStack implements QuarkusTestProfile {

    private final BrokerStack core = new BrokerStack();

    @Override
    public Map<String, String> getConfigOverrides() {
        return core.getConfigOverrides();
    }

    @Override
    public List<TestResourceEntry> testResources() {
        List<TestResourceEntry> all = new ArrayList<>(core.testResources());
        all.add(new TestResourceEntry(FakeOpenIdProviderResource.class));
        return all;
    }
}
