package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A request without an app to go back to ends on a page of the broker. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class AdminsOwnRequestTest {

    @Test
    @DisplayName("an admin's own request ends on a page with the handle, and the admin confirms")
    void adminsOwn() {
        Story story = new Story().partner(Map.of());
        Map<String, ?> wish = Map.of("partner", story.partner(), "owner", "o", "scopes", List.of("read"));
        String connection = story.admin().post("/connections", wish).expect(201).text("id");
        story.approver().post("/connections/" + connection + "/approve").expect(200);
        Story.App admin = new Story.App("admin", BrokerStack.PASSWORD, story.admin());
        Flow flow = Flow.begun(story, admin, connection);

        Page page = flow.browser().get(flow.callback());

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.location()).isEmpty();
        assertThat(page.header("cache-control")).hasValue("no-store");
        String handle = page.body().replaceAll("(?s).*<code>([A-Za-z0-9_-]{43})</code>.*", "$1");
        assertThat(story.approver()
                        .post("/connections/" + connection + "/confirm", Map.of("handle", handle))
                        .status())
                .isEqualTo(403);
        flow.confirm(handle).expect(200);
        assertThat(flow.status()).isEqualTo("active");
    }

    @Test
    @DisplayName("a user who says no to an admin's own request ends on a page")
    void adminDenied() {
        Story story = new Story().partner(Map.of());
        String connection = story.admin()
                .post("/connections", Map.of("partner", story.partner(), "owner", "o", "scopes", List.of("read")))
                .expect(201)
                .text("id");
        story.approver().post("/connections/" + connection + "/approve").expect(200);
        Flow flow = Flow.begun(story, new Story.App("admin", BrokerStack.PASSWORD, story.admin()), connection);
        flow.browser().get(flow.authorize());
        flow.browser().deny();

        Page page = flow.browser().follow();

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.location()).isEmpty();
        assertThat(page.body()).contains("access_denied");
    }
}
