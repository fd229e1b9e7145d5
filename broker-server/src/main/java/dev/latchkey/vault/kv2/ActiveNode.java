package dev.latchkey.vault.kv2;

import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the active node answer every request, whichever node receives it. An OpenBao standby answers reads and judges a
 * check-and-set by its own, possibly stale, copy. If a request names a replication index that the standby has not reached,
 * the standby forwards the request to the active node (OpenBao 2.7 and later, ADR 22). So each request names an index that
 * no node ever reaches. The active node ignores it. Thread-safe.
 */
final class ActiveNode {

    /** An answer tells with it how far the node is; a request, how far a node has to be. */
    static final String INDEX = "X-Vault-Index";

    private static final String OTHERWISE = "X-Vault-Inconsistent";
    private static final String FORWARD = "forward-active-node";
    /** How OpenBao writes it on Integrated Storage; another cluster's is ignored. Other forms are left alone. */
    private static final Pattern FORM =
            Pattern.compile("\\{\"cluster\":\"([0-9a-zA-Z-]{1,64})\",\"value\":\"[0-9]{1,20}\"}");
    /** The largest that there is: 2^64 - 1. */
    private static final String UNREACHED = "{\"cluster\":\"%s\",\"value\":\"18446744073709551615\"}";

    private volatile Optional<String> unreached = Optional.empty();

    /** Takes note of the index of an answer. */
    void learn(Optional<String> index) {
        unreached = index.flatMap(ActiveNode::cluster)
                .map(UNREACHED::formatted)
                .map(text -> Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Leaves requests as they are from now on. */
    void forget() {
        unreached = Optional.empty();
    }

    /** Whether requests are left to the active node. */
    boolean isAsked() {
        return unreached.isPresent();
    }

    /** The same request for the active node, where that is possible. */
    HttpRequest only(HttpRequest request) {
        return unreached
                .map(index -> HttpRequest.newBuilder(request, (name, value) -> true)
                        .header(INDEX, index)
                        .header(OTHERWISE, FORWARD)
                        .build())
                .orElse(request);
    }

    private static Optional<String> cluster(String index) {
        try {
            Matcher form = FORM.matcher(new String(Base64.getDecoder().decode(index), StandardCharsets.UTF_8));
            return form.matches() ? Optional.of(form.group(1)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
