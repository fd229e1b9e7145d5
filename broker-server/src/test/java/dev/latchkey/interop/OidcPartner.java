package dev.latchkey.interop;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.FakeOpenIdProvider;
import dev.latchkey.testkit.Story;
import java.net.URI;
import java.util.Map;

/** A story whose partner is a fake OpenID provider, registered through the row {@code oidc}: one approved connection. */
final class OidcPartner {

    static final String CLIENT_ID = "latchkey-at-the-fake";
    static final String CLIENT_SECRET = "secret-that-both-of-us-know-0123456789";

    private final FakeOpenIdProvider provider;
    private final Story story = new Story();
    private final Story.App app;
    private final String connection;

    OidcPartner(FakeOpenIdProvider provider) {
        this.provider = provider;
        provider.partner().setClient(CLIENT_ID, CLIENT_SECRET);
        story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                story.partner(),
                                "catalog",
                                "oidc",
                                "credentials",
                                Map.of("client_id", CLIENT_ID, "client_secret", CLIENT_SECRET),
                                "settings",
                                Map.of("endpoints", Map.of("issuer", provider.issuer()))))
                .expect(201);
        app = story.app("shop");
        connection = story.approved(app, "orders");
    }

    String status() {
        return story.status(connection);
    }

    int tokenRequests() {
        return provider.partner().tokenRequests().size();
    }

    /** What an app gets that asks for a token: a problem's code, or an empty text. */
    String refusalOfToken() {
        return story.token(app, connection).code();
    }

    /** A new browser goes to the partner and stands before the redirect URI. */
    ConsentBrowser beforeCallback() {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(story.connectUrl(app, connection));
        browser.follow();
        return browser;
    }

    /** The broker's answer to a browser that comes back as the partner sent it. */
    Page comeBack() {
        return beforeCallback().follow();
    }

    /** Confirms what the browser came back with. */
    void confirm(Page arrived) {
        URI back = arrived.location().orElseThrow(() -> new AssertionError(arrived.status() + " " + arrived.body()));
        app.api()
                .post(
                        "/connections/" + connection + "/confirm",
                        Map.of("handle", Story.query(back).get("handle")))
                .expect(200);
    }
}
