package dev.latchkey.demo;

import dev.latchkey.sandbox.client.SandboxControl;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * What a story is played with. One a story.
 */
record Stage(
        BrokerClient broker,
        Cast cast,
        URI sandboxAddress,
        SandboxControl sandbox,
        ReturnPage returnPage,
        Steps steps) {

    Identity admin() {
        return cast.admin();
    }

    Identity approver() {
        return cast.approver();
    }

    /** Registers the app of a partner's story, which may send browsers to the return page. */
    Identity registerApp(String partner) throws StepFailed {
        String id = "shop-" + partner;
        List<String> returnUrls = List.of(returnPage.address().toString());
        Answer answer = broker.post(admin(), "/apps", Map.of("id", id, "name", "Demo shop", "return_urls", returnUrls))
                .expect(201);
        return cast.app(id, answer.text("secret"));
    }
}
