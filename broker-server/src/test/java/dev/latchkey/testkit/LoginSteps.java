package dev.latchkey.testkit;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import java.net.URI;
import java.util.Map;
import org.jsoup.Jsoup;

/** A person on a real partner's pages: fills in what is shown, and stops before the redirect URI is opened. */
final class LoginSteps {
    private final ConsentBrowser browser;
    private final URI callback;

    LoginSteps(ConsentBrowser browser, URI callback) {
        this.browser = browser;
        this.callback = callback;
    }

    void open(URI address) {
        browser.get(address);
        follow();
    }

    /** Sends the page's form where the page shows this element; a page that is skipped is no failure. */
    void submitWhere(String selector, Map<String, String> values) {
        var page = browser.page();
        if (page.status() == 200 && !Jsoup.parse(page.body()).select(selector).isEmpty()) {
            browser.submit(values);
            follow();
        }
    }

    private void follow() {
        browser.followWhile(target -> !isCallback(target));
    }

    private boolean isCallback(URI target) {
        return target.toString().startsWith(callback.toString());
    }

    /** Where the partner sends the browser in the end; not opened. */
    URI arrival() {
        return browser.location()
                .filter(this::isCallback)
                .orElseThrow(() -> new IllegalStateException(
                        "the partner answers " + browser.page().status() + " and keeps the browser at "
                                + browser.page().uri().getPath() + ": "
                                + Jsoup.parse(browser.page().body()).text()));
    }
}
