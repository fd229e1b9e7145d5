package dev.latchkey.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link FakeOpenIdProvider} that the broker takes as its OpenID provider, Basic kept beside it. Sets fields of that type
 * marked {@link FromTestResource}.
 */
public final class FakeOpenIdProviderResource implements QuarkusTestResourceLifecycleManager {

    private @Nullable FakeOpenIdProvider issuer;

    @Override
    public Map<String, String> start() {
        FakeOpenIdProvider started = FakeOpenIdProvider.start();
        issuer = started;
        return Map.of(
                "latchkey.identity.issuer", started.issuer(),
                "latchkey.identity.basic", "true",
                "latchkey.outbound.allow-loopback", "true");
    }

    @Override
    public void stop() {
        if (issuer != null) {
            issuer.close();
        }
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(
                issuer, new TestInjector.AnnotatedAndMatchesType(FromTestResource.class, FakeOpenIdProvider.class));
    }
}
