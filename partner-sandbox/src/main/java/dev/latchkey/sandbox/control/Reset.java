package dev.latchkey.sandbox.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.partner.Partners;
import java.util.List;
import java.util.Map;

/** Forgets everything, or the parts that are named. */
final class Reset {

    private final Map<String, Runnable> parts;

    Reset(World world, Partners partners) {
        this.parts = Map.of(
                "clients",
                        () -> {
                            world.clients().clear();
                            world.oauth1().clearConsumers();
                            partners.clear();
                            world.noon().clear();
                        },
                "settings",
                        () -> {
                            world.settings().clear();
                            world.oauth1().clearRules();
                        },
                "faults", world.faults()::clear,
                "counters", world.counters()::clear,
                "requests", world.requests()::clear,
                "nonces", world.nonces()::clear,
                "webhooks", world.webhooks()::clear,
                "assertions",
                        () -> {
                            world.assertionLog().clear();
                            world.assertions().clear();
                        },
                "families",
                        () -> {
                            world.grants().clear();
                            world.oauth1().clear();
                            world.consents().clear();
                            world.noon().sessions().clear();
                        });
    }

    /** {@code {"only": ["counters", "requests"]}} or nothing for all. */
    void run(ObjectNode json) {
        Fields f = new Fields(json);
        List<String> names = f.texts("only").orElse(List.copyOf(parts.keySet()));
        f.done();
        for (String name : names) {
            if (!parts.containsKey(name)) {
                throw new Refusal(400, "invalid_request", "unknown part " + name);
            }
        }
        names.forEach(name -> parts.getOrDefault(name, () -> {}).run());
    }
}
