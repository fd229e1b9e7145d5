package dev.latchkey.outbound.guard;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the host of a URL strictly: a full DNS name, or an address in its one plain form. */
final class HostName {

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    /** A last label that an address parser could take for a number: decimal, octal or hex. */
    private static final Pattern NUMERIC = Pattern.compile("[0-9]+|0x[0-9a-f]*");

    private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final Pattern V6 = Pattern.compile("\\[[0-9a-f:]{2,39}]");

    /** Names that never lead to a partner: private by RFC 6761/6762/8375 or by use, and metadata services. */
    private static final Set<String> PRIVATE_SUFFIXES = Set.of(
            "localhost",
            "localdomain",
            "local",
            "internal",
            "intranet",
            "lan",
            "home",
            "corp",
            "private",
            "svc",
            "onion",
            "invalid",
            "home.arpa",
            "in-addr.arpa",
            "ip6.arpa",
            "metadata.goog",
            // public names that resolve to whatever address they spell, or to loopback
            "nip.io",
            "sslip.io",
            "xip.io",
            "traefik.me",
            "localtest.me",
            "lvh.me",
            "vcap.me",
            "lacolhost.com",
            "rbndr.us",
            "1u.ms");

    private HostName() {}

    /** The address that a literal spells; empty for a name and for anything that is no plain literal. */
    static Optional<InetAddress> literal(String host) {
        String text = host.toLowerCase(Locale.ROOT);
        if (!V6.matcher(text).matches() && !isPlainV4(text)) {
            return Optional.empty();
        }
        try {
            InetAddress address = InetAddress.getByName(text); // a literal: nothing is looked up
            // Java turns ::ffff:a.b.c.d into a.b.c.d; in brackets that is another spelling, never needed
            boolean mapped = text.startsWith("[") && !(address instanceof Inet6Address);
            return mapped ? Optional.empty() : Optional.of(address);
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Whether a text is a full, public-looking DNS name without a trailing dot. */
    static boolean isPublicName(String host) {
        String text = host.toLowerCase(Locale.ROOT);
        String[] labels = text.split("\\.", -1);
        if (text.length() > 253 || labels.length < 2) {
            return false;
        }
        for (String label : labels) {
            if (!LABEL.matcher(label).matches()) {
                return false;
            }
        }
        return !NUMERIC.matcher(labels[labels.length - 1]).matches() && !isPrivate(text);
    }

    private static boolean isPrivate(String name) {
        return PRIVATE_SUFFIXES.stream().anyMatch(suffix -> name.equals(suffix) || name.endsWith("." + suffix));
    }

    private static boolean isPlainV4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (!OCTET.matcher(part).matches() || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }
}
