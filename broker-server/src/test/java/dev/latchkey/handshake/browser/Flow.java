package dev.latchkey.handshake.browser;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A browser on its way through a story's partner, which stops where a test wants to interfere.
 *
 * @param authorize where the link sent the browser
 */
public record Flow(Story story, Story.App app, String connection, URI link, ConsentBrowser browser, URI authorize) {

    private static final Pattern COOKIE = Pattern.compile("latchkey-[0-9a-f-]{36}");

    /** A new story whose browser has opened its link, and not yet followed it. */
    public static Flow begun() {
        return begun(new Story().partner(Map.of()));
    }

    /** The same in a given story. */
    public static Flow begun(Story story) {
        Story.App app = story.app("shop-" + UUID.randomUUID().toString().substring(0, 8));
        return begun(story, app, story.approved(app, "read"));
    }

    /** The same for a connection that may be connected. */
    public static Flow begun(Story story, Story.App app, String connection) {
        URI link = story.connectUrl(app, connection);
        ConsentBrowser browser = new ConsentBrowser();
        return new Flow(story, app, connection, link, browser, opened(browser, link));
    }

    /** The same browser opens the same link once more, as in a second tab. */
    public Flow again() {
        return new Flow(story, app, connection, link, browser, opened(browser, link));
    }

    private static URI opened(ConsentBrowser browser, URI link) {
        Page page = browser.get(link);
        return page.location().orElseThrow(() -> new AssertionError(page.status() + " " + page.body()));
    }

    /** The {@code state} of the authorization address. */
    public String state() {
        return parameter(authorize, "state");
    }

    /** The user says yes; the address at the broker that the partner then sends the browser to, not yet visited. */
    public URI callback() {
        return callback(authorize);
    }

    /** The same at another authorization address. */
    public URI callback(URI elsewhere) {
        Page consent = browser.get(elsewhere);
        if (consent.forms().isEmpty()) {
            throw new AssertionError(consent.status() + " " + consent.body());
        }
        browser.allow("user-" + story.mark());
        return browser.location().orElseThrow();
    }

    /** The broker's redirect URI of this story's partner, with a raw query. */
    public URI callbackWith(String query) {
        return URI.create(BrokerStack.broker() + "/callback/" + story.partner() + "?" + query);
    }

    /** The browser is back and was sent on to the app: the handle. */
    public String handle() {
        Page page = browser.get(callback());
        return handleOf(page);
    }

    /** The handle with which a page sends the browser on to the app. */
    public static String handleOf(Page page) {
        return parameter(page.location().orElseThrow(() -> new AssertionError(page.body())), "handle");
    }

    /** A parameter that an address must have. */
    public static String parameter(URI address, String name) {
        return Optional.ofNullable(Story.query(address).get(name)).orElseThrow();
    }

    /** Confirms as the app that asked for the link. */
    public Answer confirm(String handle) {
        return app.api().post("/connections/" + connection + "/confirm", Map.of("handle", handle));
    }

    /** What the broker calls the connection now. */
    public String status() {
        return story.status(connection);
    }

    /** How many times the partner was asked for tokens by code. */
    public long tokenRequests() {
        return story.control().count(story.sandboxName(), "token");
    }

    /** The name of the cookie that the link set. */
    public String cookieName() {
        Matcher name = COOKIE.matcher(browser.cookies(link).toString());
        if (!name.find()) {
            throw new AssertionError("no cookie in " + browser.cookies(link).keySet());
        }
        return name.group();
    }

    /** The value of that cookie. */
    public String cookie() {
        return Optional.ofNullable(browser.cookies(link).get(cookieName())).orElseThrow();
    }

    /** Whether this is the one page for everything that is wrong with a browser's way, and no redirect. */
    public static boolean isStateInvalid(Page page) {
        return page.status() == 400
                && page.body().contains("state_invalid")
                && page.location().isEmpty();
    }
}
