package dev.latchkey.refresh;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.Story;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Many connections at one strict partner, each of a user of its own. */
final class Fleet {

    /** Consents that run at the same time. */
    private static final int BROWSERS = 8;

    private final RefreshRig rig;
    private final Broker broker;
    private final Cell partner;
    private final List<String> connections = new ArrayList<>();

    private Fleet(RefreshRig rig, Broker broker, Cell partner) {
        this.rig = rig;
        this.broker = broker;
        this.partner = partner;
    }

    /** Connects that many users through the code flow; their access tokens live for so long. */
    static Fleet connect(RefreshRig rig, Broker broker, String name, int size, int accessTokenSeconds) {
        Fleet fleet = new Fleet(rig, broker, rig.connect(name, "strict", accessTokenSeconds));
        AtomicInteger next = new AtomicInteger();
        AtOnce.run(
                        BROWSERS,
                        () -> IntStream.iterate(next.getAndIncrement(), i -> i < size, i -> next.getAndIncrement())
                                .mapToObj(i -> fleet.connected("user-" + i))
                                .toList())
                .forEach(fleet.connections::addAll);
        return fleet;
    }

    List<String> connections() {
        return connections;
    }

    String partner() {
        return partner.partner();
    }

    String sandboxName() {
        return partner.sandboxName();
    }

    /** Access tokens that the partner gives from now on live for so long. */
    void life(int accessTokenSeconds) {
        rig.control().settings(sandboxName(), Map.of("rotation", "strict", "access_token_seconds", accessTokenSeconds));
    }

    /** Renewals that arrived at the partner, whatever became of them. */
    long requests() {
        return partner.requests();
    }

    /** Renewals that took effect, by the partner's name of the grant. */
    Map<String, Long> refreshes() {
        JsonNode counted = rig.control().counters().path("families");
        Map<String, Long> refreshes = new TreeMap<>();
        for (JsonNode family : rig.control().families()) {
            if (family.path("partner").asText().equals(sandboxName())) {
                String id = family.path("family").asText();
                refreshes.put(id, counted.path(id).path("refreshes").asLong());
            }
        }
        refreshes.remove(partner.family());
        return refreshes;
    }

    long reuseDetections() {
        return partner.reuseDetections();
    }

    /** A user whose browser stands at the partner's consent page. */
    record Guest(String user, String connection, ConsentBrowser browser) {

        /** Says yes; the browser has not gone back yet. */
        URI allow() {
            browser.allow(user);
            return browser.location().orElseThrow();
        }
    }

    /** One more user on the way to a connection. */
    Guest begin(String user) {
        String id = rig.app(broker)
                .post(
                        "/connections",
                        Map.of(
                                "partner",
                                partner.partner(),
                                "owner",
                                user,
                                "scopes",
                                List.of("read"),
                                "return_url",
                                Story.RETURN_URL))
                .expect(201)
                .text("id");
        rig.admin().post("/connections/" + id + "/approve").expect(200);
        return begin(user, id);
    }

    /** The same for a connection that there is already. */
    Guest begin(String user, String connection) {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(URI.create(rig.app(broker)
                .post("/connections/" + connection + "/connect-url")
                .expect(200)
                .text("connect_url")));
        browser.follow();
        return new Guest(user, connection, browser);
    }

    /** Goes on to an active connection. */
    void finish(Guest guest) {
        guest.allow();
        guest.browser().follow();
        URI back = guest.browser().location().orElseThrow();
        rig.app(broker)
                .post(
                        "/connections/" + guest.connection() + "/confirm",
                        Map.of("handle", Story.query(back).get("handle")))
                .expect(200);
    }

    private String connected(String user) {
        Guest guest = begin(user);
        finish(guest);
        return guest.connection();
    }
}
