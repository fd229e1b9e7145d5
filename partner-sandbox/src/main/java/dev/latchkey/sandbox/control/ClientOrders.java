package dev.latchkey.sandbox.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.callback.ConnectionUrl;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.client.Client;
import dev.latchkey.sandbox.oauth2.client.PublicKeys;
import dev.latchkey.sandbox.partner.Partners;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Registers clients with partners. */
final class ClientOrders {

    private final World world;
    private final Partners partners;
    private final ConsumerOrders consumers;

    ClientOrders(World world, Partners partners) {
        this.world = world;
        this.partners = partners;
        this.consumers = new ConsumerOrders(world, partners);
    }

    ObjectNode register(ObjectNode json) {
        if (json.has("consumer_key")) {
            return consumers.register(json);
        }
        Fields f = new Fields(json);
        Client client = new Client(
                partners.named(f.requiredText("partner")).id(),
                f.requiredText("client_id"),
                f.text("client_secret"),
                f.node("public_key").map(PublicKeys::read).orElse(List.of()),
                new LinkedHashSet<>(f.texts("redirect_uris").orElse(List.of())),
                connectionUrl(f));
        f.done();
        if (client.secret().isEmpty() && client.keys().isEmpty()) {
            throw new Refusal(400, "invalid_request", "client_secret or public_key is needed");
        }
        client.redirectUris().forEach(ClientOrders::checkRedirectUri);
        world.clients().register(client);
        return toJson(client);
    }

    /** Both or neither of {@code connection_url} and {@code partner_id}. */
    private static Optional<ConnectionUrl> connectionUrl(Fields f) {
        Optional<String> address = f.text("connection_url");
        Optional<String> partnerId = f.text("partner_id");
        if (address.isPresent() != partnerId.isPresent()) {
            throw new Refusal(400, "invalid_request", "connection_url and partner_id go together");
        }
        address.ifPresent(ClientOrders::checkRedirectUri);
        return address.map(text -> new ConnectionUrl(partnerId.orElseThrow(), URI.create(text)));
    }

    ArrayNode list() {
        ArrayNode all = StrictJson.object().arrayNode();
        world.clients().all().forEach(client -> all.add(toJson(client)));
        return all;
    }

    /** Absolute, http or https, no fragment (RFC 6749 s.3.1.2); so it can never be a script or a header. */
    static void checkRedirectUri(String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException malformed) {
            throw new Refusal(400, "invalid_request", "redirect_uri is malformed");
        }
        boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!web || uri.getHost() == null || uri.getRawFragment() != null) {
            throw new Refusal(400, "invalid_request", "redirect_uri must be absolute http(s) without fragment");
        }
    }

    private static ObjectNode toJson(Client client) {
        ObjectNode json = StrictJson.object().put("partner", client.partner()).put("client_id", client.id());
        client.secret().ifPresent(secret -> json.put("client_secret", secret));
        client.connectionUrl()
                .ifPresent(call -> json.put("partner_id", call.partnerId())
                        .put("connection_url", call.address().toString()));
        json.put("public_keys", client.keys().size());
        client.redirectUris().stream().sorted().forEach(json.putArray("redirect_uris")::add);
        return json;
    }
}
