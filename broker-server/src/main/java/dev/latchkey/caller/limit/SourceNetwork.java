package dev.latchkey.caller.limit;

import java.util.List;

/** Where a request comes from, as far as one party holds it: an IPv4 address, or a /64 network of IPv6. */
public final class SourceNetwork {

    private static final int GROUPS = 4;

    private SourceNetwork() {}

    /** The network of an address in the text form that a socket has, which is never shortened by {@code ::}. */
    public static String of(String address) {
        String[] groups = address.split(":", -1);
        if (groups.length <= GROUPS || address.contains("::")) {
            return address;
        }
        return String.join(":", List.of(groups).subList(0, GROUPS));
    }
}
