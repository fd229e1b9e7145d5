package dev.latchkey.signing;

import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.Story;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** An active connection of an app to a partner whose API is a server that the test scripts. */
final class ProxyStory {

    final Story story;
    final Story.App app;
    final String connection;
    private final BrokerClient client;

    private ProxyStory(Story story, Story.App app, String connection) {
        this.story = story;
        this.app = app;
        this.connection = connection;
        this.client = BrokerClient.at(BrokerStack.broker()).as(app.id(), app.secret());
    }

    /** With the given API below {@code /api}. */
    static ProxyStory begin(FaultyServer api) throws IOException {
        Story story = new Story().partner(Map.of("api_base", api.uri("/api").toString()), Map.of());
        Story.App app = story.app("shop");
        return new ProxyStory(story, app, story.active(app, "read"));
    }

    /** The app over HTTP. */
    BrokerClient client() {
        return client;
    }

    /** A path below the proxy. */
    String at(String path) {
        return "/api/v1/connections/" + connection + "/proxy" + path;
    }

    /** The same of another app. */
    BrokerClient of(Story.App other) {
        return BrokerClient.at(BrokerStack.broker()).as(other.id(), other.secret());
    }

    /** The token that the partner should see. */
    String token() {
        return story.token(app, connection).expect(200).text("access_token");
    }

    /** The outcomes and codes of the audit rows of an action, newest first. */
    List<String> audited(String action) {
        return story
                .admin()
                .get("/audit?connection=" + connection + "&action=" + action)
                .expect(200)
                .json()
                .path("items")
                .findValues("outcome")
                .stream()
                .map(it -> it.asText())
                .toList();
    }
}
