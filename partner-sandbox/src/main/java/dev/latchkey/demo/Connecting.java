package dev.latchkey.demo;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;

/**
 * The way of a connection from being asked for to being active.
 *
 * @param app who asks
 * @param connection the connection's id
 */
record Connecting(Stage stage, Identity app, String connection) {

    /**
     * Registers the partner's app, which then asks for a connection.
     *
     * @param partner the registration's id
     * @param wish the body of the request, without the partner and what a browser needs
     * @param browser whether a user will consent in one
     */
    static Connecting ask(Stage stage, String partner, Map<String, ?> wish, boolean browser) throws StepFailed {
        Steps steps = stage.steps();
        Identity app = steps.step("register the app", () -> stage.registerApp(partner));
        Map<String, Object> body = new TreeMap<>(wish);
        body.put("partner", partner);
        if (browser) {
            body.put("return_url", stage.returnPage().address().toString());
        }
        String connection = steps.step(
                "ask for a connection",
                () -> stage.broker().post(app, "/connections", body).expect(201).text("id"));
        return new Connecting(stage, app, connection);
    }

    void approve() throws StepFailed {
        stage.steps().step("approve", () -> post(stage.approver(), "/approve", Map.of()));
    }

    /** The user says yes on the partner's page, and the app confirms that it was its user. */
    void consent(String user) throws StepFailed {
        Steps steps = stage.steps();
        String connectUrl = steps.step(
                "get the connect URL", () -> post(app, "/connect-url", Map.of()).text("connect_url"));
        String handle = steps.step("consent in the browser", () -> consentInBrowser(connectUrl, user));
        steps.step("confirm", () -> post(app, "/confirm", Map.of("handle", handle)));
    }

    void becomeActive() throws StepFailed {
        stage.steps().step("become active", () -> new Patience(stage.broker()).untilActive(app, connection));
    }

    private Answer post(Identity who, String step, Map<String, ?> body) throws StepFailed {
        return stage.broker()
                .post(who, "/connections/" + connection + step, body)
                .expect(200);
    }

    private String consentInBrowser(String connectUrl, String user) throws StepFailed {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(URI.create(connectUrl));
        browser.followAll();
        if (browser.page().status() != 200 || browser.page().forms().isEmpty()) {
            throw new StepFailed(where(browser) + " instead of the partner's consent page");
        }
        browser.allow(user);
        browser.followAll();
        return stage.returnPage()
                .takeHandle(connection)
                .orElseThrow(() -> new StepFailed(where(browser) + " and no handle at the app's return URL"));
    }

    /** Path and status only: queries carry codes and handles, and a page's text is not ours to print. */
    private static String where(ConsentBrowser browser) {
        return "the browser ends at " + browser.page().uri().getPath() + " with "
                + browser.page().status();
    }
}
