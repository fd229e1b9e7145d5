package dev.latchkey.sandbox.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.fault.Fault;
import dev.latchkey.sandbox.fault.FaultAim;
import dev.latchkey.sandbox.fault.FaultParser;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.partner.Partners;
import java.util.Optional;

/** Orders faults. */
final class FaultOrders {

    private final World world;
    private final Partners partners;

    FaultOrders(World world, Partners partners) {
        this.world = world;
        this.partners = partners;
    }

    ObjectNode order(ObjectNode json) {
        Fields f = new Fields(json);
        FaultAim aim = new FaultAim(
                f.text("partner").map(name -> partners.named(name).id()),
                f.text("client_id"),
                f.text("family"),
                f.text("user"),
                f.text("endpoint").map(Endpoint::of),
                f.text("method"));
        Optional<Long> times = times(f.node("times"));
        ObjectNode ordered =
                f.object("fault").orElseThrow(() -> new Refusal(400, "invalid_request", "missing field fault"));
        Fault fault = FaultParser.parse(ordered);
        f.done();
        return StrictJson.object().put("id", world.faults().order(aim, fault, times, StrictJson.write(json)));
    }

    ArrayNode list() {
        ArrayNode all = StrictJson.object().arrayNode();
        world.faults().pending().forEach(order -> {
            ObjectNode json = all.addObject().put("id", order.id());
            order.left().ifPresentOrElse(left -> json.put("left", left), () -> json.put("left", "forever"));
            json.set("order", StrictJson.parseObject(order.asOrdered()));
        });
        return all;
    }

    /** Once unless said; empty means forever. */
    private static Optional<Long> times(Optional<JsonNode> times) {
        if (times.isEmpty()) {
            return Optional.of(1L);
        }
        JsonNode value = times.get();
        if (value.isTextual() && value.textValue().equals("forever")) {
            return Optional.empty();
        }
        if (value.isIntegralNumber() && value.longValue() >= 1) {
            return Optional.of(value.longValue());
        }
        throw new Refusal(400, "invalid_request", "times must be an integer >= 1 or \"forever\"");
    }
}
