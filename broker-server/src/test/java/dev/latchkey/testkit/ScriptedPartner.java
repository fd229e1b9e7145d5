package dev.latchkey.testkit;

import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A partner that always answers the same, and remembers what it was asked. Thread-safe. */
public final class ScriptedPartner implements PartnerHttp {

    private final PartnerHttp script;
    private final List<PartnerRequest> requests = new CopyOnWriteArrayList<>();

    private ScriptedPartner(PartnerHttp script) {
        this.script = script;
    }

    /** Answers JSON, or what pretends to be. */
    public static ScriptedPartner json(int status, String body) {
        return answer(status, "application/json;charset=UTF-8", body, Map.of());
    }

    /** Answers anything; header names in lower case. */
    public static ScriptedPartner answer(int status, String type, String body, Map<String, String> headers) {
        Map<String, String> all = new TreeMap<>(headers);
        all.put("content-type", type);
        Map<String, List<String>> lists = all.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, field -> List.of(field.getValue())));
        return new ScriptedPartner(
                request -> new PartnerResponse(status, lists, body.getBytes(StandardCharsets.UTF_8)));
    }

    /** Never answers. */
    public static ScriptedPartner failing(PartnerCallException.Reason reason) {
        return new ScriptedPartner(request -> {
            throw new PartnerCallException(reason);
        });
    }

    /** What it was asked, oldest first. */
    public List<PartnerRequest> requests() {
        return List.copyOf(requests);
    }

    @Override
    public PartnerResponse send(PartnerRequest request) throws PartnerCallException {
        requests.add(request);
        return script.send(request);
    }
}
