package dev.latchkey.sandbox.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.StrictJson;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How often what happened, by partner and endpoint and by family. One lock; a snapshot is consistent. */
public final class Counters {

    private static final class Tally {
        private final SortedMap<String, Long> requests = new TreeMap<>();
        private final SortedMap<String, Long> rejections = new TreeMap<>();
        private long refreshes;
        private long reuseDetections;

        private ObjectNode toJson() {
            ObjectNode json = StrictJson.object();
            ObjectNode hits = json.putObject("requests");
            requests.forEach(hits::put);
            json.put("refreshes", refreshes);
            json.put("reuse_detections", reuseDetections);
            ObjectNode reasons = json.putObject("rejections");
            rejections.forEach(reasons::put);
            return json;
        }
    }

    private final SortedMap<String, Tally> partners = new TreeMap<>();
    private final SortedMap<String, Tally> families = new TreeMap<>();
    private long faults;

    /** A request came in. */
    public synchronized void request(String partner, Endpoint endpoint, Optional<String> family) {
        tally(partners, partner).requests.merge(endpoint.label(), 1L, Long::sum);
        family.ifPresent(id -> tally(families, id).requests.merge(endpoint.label(), 1L, Long::sum));
    }

    /** A request was turned down. */
    public synchronized void rejection(String partner, Optional<String> family, String reason) {
        tally(partners, partner).rejections.merge(reason, 1L, Long::sum);
        family.ifPresent(id -> tally(families, id).rejections.merge(reason, 1L, Long::sum));
    }

    /** A refresh took effect at the partner, whether or not the answer arrived. */
    public synchronized void refresh(String partner, String family) {
        tally(partners, partner).refreshes++;
        tally(families, family).refreshes++;
    }

    /** A refresh token was used again after it had been replaced. */
    public synchronized void reuse(String partner, String family) {
        tally(partners, partner).reuseDetections++;
        tally(families, family).reuseDetections++;
    }

    /** A fault took the place of an answer. */
    public synchronized void fault() {
        faults++;
    }

    public synchronized void clear() {
        partners.clear();
        families.clear();
        faults = 0;
    }

    /** Everything, as the control API shows it. */
    public synchronized ObjectNode toJson() {
        ObjectNode json = StrictJson.object();
        ObjectNode byPartner = json.putObject("partners");
        partners.forEach((name, tally) -> byPartner.set(name, tally.toJson()));
        ObjectNode byFamily = json.putObject("families");
        families.forEach((name, tally) -> byFamily.set(name, tally.toJson()));
        json.put("faults_sent", faults);
        return json;
    }

    private static Tally tally(SortedMap<String, Tally> tallies, String name) {
        return tallies.computeIfAbsent(name, n -> new Tally());
    }
}
