package dev.latchkey.sandbox.testkit;

import java.net.URI;
import java.util.Map;

/** Connections at the generic partner {@code alpha}, for tests that are about something else. */
public final class GenericFlow {

    public static final String PARTNER = "generic/alpha";
    public static final String TOKEN = "/generic/alpha/token";
    public static final String AUTHORIZE = "/generic/alpha/authorize";
    public static final String ASK = "response_type=code&client_id=app&state=s1&redirect_uri=" + Rig.enc(Rig.CALLBACK);
    public static final String CREDENTIALS = "&client_id=app&client_secret=pw";

    private final Rig rig;

    public GenericFlow(Rig rig) {
        this.rig = rig;
        rig.control().registerClient(PARTNER, "app", "pw", Rig.CALLBACK);
    }

    public void settings(Map<String, ?> settings) {
        rig.control().settings(PARTNER, settings);
    }

    public URI consent(String user) {
        return rig.consent(AUTHORIZE, ASK, user);
    }

    public Answer connect(String user) {
        return exchange(Rig.parameter(consent(user), "code"));
    }

    public Answer exchange(String code) {
        return rig.post(
                TOKEN,
                "grant_type=authorization_code&code=" + code + "&redirect_uri=" + Rig.enc(Rig.CALLBACK) + CREDENTIALS);
    }

    public Answer refresh(String token) {
        return rig.post(TOKEN, "grant_type=refresh_token&refresh_token=" + token + CREDENTIALS);
    }

    public Answer call(String accessToken) {
        return rig.get("/generic/alpha/api/me", "Authorization", "Bearer " + accessToken);
    }
}
