package dev.latchkey.sandbox.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth1.Consumer;
import dev.latchkey.sandbox.oauth1.Rules;
import dev.latchkey.sandbox.oauth1.Tokens;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.client.PublicKeys;
import dev.latchkey.sandbox.partner.Partner;
import dev.latchkey.sandbox.partner.Partners;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Registers consumers of OAuth 1.0, hands over preset tokens, and changes what a partner asks of a signature. */
final class ConsumerOrders {

    private final World world;
    private final Partners partners;

    ConsumerOrders(World world, Partners partners) {
        this.world = world;
        this.partners = partners;
    }

    ObjectNode register(ObjectNode json) {
        Fields f = new Fields(json);
        Consumer consumer = new Consumer(
                partners.named(f.requiredText("partner")).id(),
                f.requiredText("consumer_key"),
                f.text("consumer_secret"),
                f.node("public_key").map(PublicKeys::read).orElse(List.of()),
                new LinkedHashSet<>(f.texts("callbacks").orElse(List.of())));
        List<ObjectNode> presets = f.object("preset").map(List::of).orElse(List.of());
        f.done();
        if (consumer.secret().isEmpty() && consumer.keys().isEmpty()) {
            throw new Refusal(400, "invalid_request", "consumer_secret or public_key is needed");
        }
        consumer.callbacks().forEach(ClientOrders::checkRedirectUri);
        List<Tokens.AccessToken> tokens =
                presets.stream().map(preset -> preset(consumer, preset)).toList();
        world.oauth1().register(consumer);
        tokens.forEach(world.oauth1()::keep);
        return StrictJson.object().put("partner", consumer.partner()).put("consumer_key", consumer.key());
    }

    /** The rules, changed by the body if there is one. */
    JsonNode rules(String name, Optional<ObjectNode> change) {
        Partner partner = partners.named(name);
        Rules defaults = partner.oauth1Rules()
                .orElseThrow(() -> new Refusal(404, "not_found", "the partner knows no OAuth 1.0"));
        change.ifPresent(json -> world.oauth1().setRules(partner.id(), defaults.changedBy(json)));
        return world.oauth1().rules(partner.id(), defaults).toJson();
    }

    /** With a user it is as if that user had consented before; without, it was handed over by hand. */
    private static Tokens.AccessToken preset(Consumer consumer, ObjectNode json) {
        Fields f = new Fields(json);
        Optional<String> user = f.text("user");
        Tokens.AccessToken token = new Tokens.AccessToken(
                consumer.partner(),
                f.requiredText("token"),
                f.requiredText("token_secret"),
                consumer.key(),
                user.orElse(consumer.key()),
                user.isEmpty());
        f.done();
        return token;
    }
}
