package dev.latchkey.demo;

import dev.latchkey.demo.BrokerClient.Identity;
import dev.latchkey.sandbox.client.SandboxControl;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * What a story is played with. One a story.
 *
 * @param admin registers partners and apps
 * @param approver approves connections
 */
record Stage(
        BrokerClient broker,
        Identity admin,
        Identity approver,
        URI sandboxAddress,
        SandboxControl sandbox,
        ReturnPage returnPage,
        Steps steps) {

    /** Registers the app of a partner's story, which may send browsers to the return page. */
    Identity registerApp(String partner) throws StepFailed {
        String id = "shop-" + partner;
        List<String> returnUrls = List.of(returnPage.address().toString());
        Answer answer = broker.post(admin, "/apps", Map.of("id", id, "name", "Demo shop", "return_urls", returnUrls))
                .expect(201);
        return new Identity(id, answer.text("secret"));
    }
}
