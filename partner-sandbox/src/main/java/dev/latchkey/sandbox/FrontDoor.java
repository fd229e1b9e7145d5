package dev.latchkey.sandbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.latchkey.sandbox.control.ControlApi;
import dev.latchkey.sandbox.control.Overview;
import dev.latchkey.sandbox.fault.FaultPlan;
import dev.latchkey.sandbox.fault.FaultTarget;
import dev.latchkey.sandbox.fault.Transmission;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.journal.RequestLog;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.partner.Operation;
import dev.latchkey.sandbox.partner.Partners;
import java.io.IOException;

/** Where every request comes in: control API, front page, or a partner behind its faults. */
final class FrontDoor implements HttpHandler {

    private static final System.Logger LOG = System.getLogger(FrontDoor.class.getName());

    private final World world;
    private final Partners partners;
    private final ControlApi control;
    private final Overview overview;

    FrontDoor(World world, Partners partners, ControlApi control, Overview overview) {
        this.world = world;
        this.partners = partners;
        this.control = control;
        this.overview = overview;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try {
            Request request = RequestReader.read(exchange);
            if (request.path().startsWith(ControlApi.PREFIX)) {
                new Transmission(exchange).send(control.handle(request));
            } else if (request.path().equals("/") && request.method().equals("GET")) {
                new Transmission(exchange).send(overview.page());
            } else {
                partner(exchange, request);
            }
        } catch (Refusal refusal) {
            new Transmission(exchange).send(Response.refusal(refusal));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException bug) {
            LOG.log(System.Logger.Level.ERROR, "a bug of the sandbox itself", bug);
            sayItIsABug(exchange);
        } finally {
            exchange.close();
        }
    }

    /** So that nobody takes it for an ordered fault. */
    private static void sayItIsABug(HttpExchange exchange) throws IOException {
        if (exchange.getResponseCode() == -1) {
            new Transmission(exchange).send(Response.json(500, StrictJson.error("sandbox_bug", "see its log")));
        }
    }

    private void partner(HttpExchange exchange, Request request) throws IOException, InterruptedException {
        Partners.Match match =
                partners.match(request).orElseThrow(() -> new Refusal(404, "not_found", "no partner has this address"));
        String name = match.partner().id();
        Operation operation = match.operation();
        FaultTarget target = new FaultTarget(name, operation.endpoint(), request.method(), operation.caller());
        world.requests()
                .add(new RequestLog.Seen(
                        world.clock().instant(), name, operation.endpoint(), operation.caller(), request));
        world.counters().request(name, operation.endpoint(), operation.caller().family());
        FaultPlan plan = world.faults().plan(target);
        if (plan.replacement().isPresent()) {
            world.counters().fault();
        }
        new Transmission(exchange).send(plan, () -> act(target, operation));
    }

    private Response act(FaultTarget target, Operation operation) {
        Response response = operation.answer().apply(world.faults().editsFor(target));
        response.rejection()
                .ifPresent(reason -> world.counters()
                        .rejection(target.partner(), target.caller().family(), reason));
        return response;
    }
}
