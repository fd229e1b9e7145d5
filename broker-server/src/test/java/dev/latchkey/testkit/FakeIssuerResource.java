package dev.latchkey.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link FakeIssuer} that the broker takes as its OpenID provider, Basic kept beside it. Sets fields of that type
 * marked {@link FromTestResource}.
 */
public final class FakeIssuerResource implements QuarkusTestResourceLifecycleManager {

    private @Nullable FakeIssuer issuer;

    @Override
    public Map<String, String> start() {
        FakeIssuer started = FakeIssuer.start();
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
                issuer, new TestInjector.AnnotatedAndMatchesType(FromTestResource.class, FakeIssuer.class));
    }
}
