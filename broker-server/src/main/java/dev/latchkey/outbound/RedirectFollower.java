package dev.latchkey.outbound;

import dev.latchkey.outbound.PartnerCallException.Reason;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Follows redirects of metadata reads (R131). Each hop is a call like any other, so that its URL and its addresses are
 * vetted again. Only for GET, and never for a call that spends a credential (R64).
 */
final class RedirectFollower {

    private static final int MOST_HOPS = 3;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    /** What another origin may see of our request; anything else could be a credential. */
    private static final Set<String> HARMLESS = Set.of("accept", "user-agent");

    private RedirectFollower() {}

    static PartnerResponse follow(PartnerHttp http, PartnerRequest request, int maxRedirects)
            throws PartnerCallException {
        if (!request.method().equals("GET") || maxRedirects < 0 || maxRedirects > MOST_HOPS) {
            throw new IllegalArgumentException("only a GET is redirected, at most " + MOST_HOPS + " times");
        }
        PartnerRequest next = request;
        for (int hop = 0; ; hop++) {
            PartnerResponse answer = http.send(next);
            if (!REDIRECTS.contains(answer.status())) {
                return answer;
            }
            if (hop == maxRedirects) {
                throw new PartnerCallException(Reason.MALFORMED);
            }
            next = redirected(next, answer);
        }
    }

    private static PartnerRequest redirected(PartnerRequest from, PartnerResponse answer) throws PartnerCallException {
        URI target = target(from.uri(), answer);
        if (from.uri().getScheme().equalsIgnoreCase("https")
                && !target.getScheme().equalsIgnoreCase("https")) {
            throw new PartnerCallException(Reason.NOT_ALLOWED);
        }
        Map<String, String> headers = new LinkedHashMap<>(from.headers());
        if (!origin(from.uri()).equals(origin(target))) {
            headers.keySet().removeIf(name -> !HARMLESS.contains(name.toLowerCase(Locale.ROOT)));
        }
        return new PartnerRequest("GET", target, headers, new byte[0], from.recipient());
    }

    private static URI target(URI base, PartnerResponse answer) throws PartnerCallException {
        try {
            String location = answer.header("location").orElseThrow(() -> new PartnerCallException(Reason.MALFORMED));
            URI target = base.resolve(URI.create(location));
            if (target.getScheme() == null || target.getHost() == null) {
                throw new PartnerCallException(Reason.NOT_ALLOWED);
            }
            return target;
        } catch (IllegalArgumentException e) {
            throw new PartnerCallException(Reason.MALFORMED, e);
        }
    }

    private static String origin(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        int port = uri.getPort() != -1 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":" + port;
    }
}
