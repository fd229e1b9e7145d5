package dev.latchkey.testkit;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** A broker with a public name on https, and few failed authentications allowed. */
public final class PublishedBroker implements QuarkusTestProfile {

    /** Its public name. */
    public static final String HOST = "broker.example.org";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("latchkey.http.public-url", "https://" + HOST, "latchkey.limits.failed-authentications", "3");
    }
}
