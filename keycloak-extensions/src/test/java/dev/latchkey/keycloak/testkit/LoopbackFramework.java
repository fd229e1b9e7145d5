package dev.latchkey.keycloak.testkit;

import java.util.List;
import org.keycloak.testframework.TestFrameworkExtension;
import org.keycloak.testframework.injection.Supplier;

/** Tells Keycloak's test framework of {@link LoopbackKeycloakSupplier}; {@code kc.test.server} chooses it. */
public final class LoopbackFramework implements TestFrameworkExtension {

    @Override
    public List<Supplier<?, ?>> suppliers() {
        return List.of(new LoopbackKeycloakSupplier());
    }
}
