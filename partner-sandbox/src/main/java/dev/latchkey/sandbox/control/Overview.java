package dev.latchkey.sandbox.control;

import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.page.OverviewPage;
import dev.latchkey.sandbox.page.OverviewPage.Table;
import dev.latchkey.sandbox.partner.Partner;
import dev.latchkey.sandbox.partner.Partners;
import java.util.ArrayList;
import java.util.List;

/** Gathers what the front page shows. */
public final class Overview {

    private final World world;
    private final Partners partners;

    public Overview(World world, Partners partners) {
        this.world = world;
        this.partners = partners;
    }

    /** The front page. */
    public Response page() {
        return Response.html(200, OverviewPage.render(List.of(partnerTable(), clients(), families(), counters())));
    }

    private Table partnerTable() {
        List<List<String>> rows = new ArrayList<>();
        for (Partner partner : partners.all()) {
            partner.addresses().forEach(address -> rows.add(List.of(partner.id(), address)));
        }
        return new Table("Partners", List.of("partner", "address"), rows);
    }

    private Table clients() {
        List<List<String>> rows = world.clients().all().stream()
                .map(c -> List.of(c.partner(), c.id(), String.join(" ", c.redirectUris())))
                .toList();
        return new Table("Registered clients", List.of("partner", "client", "redirect URIs"), rows);
    }

    private Table families() {
        List<List<String>> rows = world.grants().snapshots().stream()
                .map(f -> List.of(
                        f.id(),
                        f.subject().partner(),
                        f.subject().clientId(),
                        f.subject().user(),
                        String.join(" ", f.subject().scopes()),
                        String.valueOf(f.generation()),
                        f.dead().orElse("alive")))
                .toList();
        return new Table(
                "Token families", List.of("family", "partner", "client", "user", "scopes", "refreshes", "state"), rows);
    }

    private Table counters() {
        List<List<String>> rows = new ArrayList<>();
        world.counters()
                .toJson()
                .path("partners")
                .properties()
                .forEach(partner -> partner.getValue()
                        .properties()
                        .forEach(counter -> rows.add(List.of(
                                partner.getKey(),
                                counter.getKey(),
                                counter.getValue().toString()))));
        return new Table("Counters", List.of("partner", "counter", "value"), rows);
    }
}
