package dev.latchkey.testkit;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/**
 * A broker that an operator has set: with a public name on https, a new key of the vault at each start, few failed
 * authentications and few requests of an app.
 */
public final class PublishedBroker implements QuarkusTestProfile {

    /** Its public name. */
    public static final String HOST = "broker.example.org";

    /** Requests that an app has a minute. */
    public static final int APP_RATE = 4;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "latchkey.http.public-url",
                "https://" + HOST,
                // the first start finds nothing to encrypt anew, and does it all the same
                "latchkey.vault.rotate-key-at-start",
                "true",
                "latchkey.limits.failed-authentications",
                "3",
                "latchkey.limits.app-rate",
                Integer.toString(APP_RATE));
    }
}
