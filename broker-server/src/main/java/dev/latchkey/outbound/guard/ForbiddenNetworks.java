package dev.latchkey.outbound.guard;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Which addresses are not the public internet: the special-purpose registries of IANA (RFC 6890 and its successors),
 * the addresses of cloud metadata services, and every IPv6 form that carries an IPv4 address.
 */
final class ForbiddenNetworks {

    private static final List<Network> V4 = List.of(
            Network.of("0.0.0.0", 8), // this network
            Network.of("10.0.0.0", 8), // private
            Network.of("100.64.0.0", 10), // carrier-grade NAT; one cloud's metadata
            Network.of("127.0.0.0", 8), // loopback
            Network.of("168.63.129.16", 32), // one cloud's platform services, on a public address
            Network.of("169.254.0.0", 16), // link-local; most clouds' metadata
            Network.of("172.16.0.0", 12), // private
            Network.of("192.0.0.0", 24), // IETF protocol assignments
            Network.of("192.0.2.0", 24), // documentation
            Network.of("192.88.99.0", 24), // 6to4 relays
            Network.of("192.168.0.0", 16), // private
            Network.of("198.18.0.0", 15), // benchmarking
            Network.of("198.51.100.0", 24), // documentation
            Network.of("203.0.113.0", 24), // documentation
            Network.of("224.0.0.0", 4), // multicast
            Network.of("240.0.0.0", 4)); // reserved, and broadcast

    /** Only this part of IPv6 is global unicast; loopback, mapped, NAT64, ULA, link-local, multicast lie outside. */
    private static final Network V6_GLOBAL = Network.of("2000::", 3);

    private static final List<Network> V6 = List.of(
            Network.of("2001::", 23), // IETF protocol assignments: Teredo, ORCHID, benchmarking
            Network.of("2001:db8::", 32), // documentation
            Network.of("2002::", 16), // 6to4
            Network.of("3ffe::", 16), // the former 6bone
            Network.of("3fff::", 20)); // documentation

    private ForbiddenNetworks() {}

    /** Whether no connection may be made to this address; loopback is forbidden here like the others. */
    static boolean contains(InetAddress address) {
        if (address instanceof Inet4Address) {
            return V4.stream().anyMatch(network -> network.contains(address));
        }
        return !V6_GLOBAL.contains(address) || V6.stream().anyMatch(network -> network.contains(address));
    }

    /** An address prefix. */
    private record Network(InetAddress base, int length) {

        static Network of(String base, int length) {
            try {
                return new Network(InetAddress.getByName(base), length); // a literal: nothing is looked up
            } catch (UnknownHostException e) {
                throw new IllegalStateException("not an address literal", e);
            }
        }

        boolean contains(InetAddress address) {
            byte[] prefix = base.getAddress();
            byte[] other = address.getAddress();
            if (prefix.length != other.length) {
                return false;
            }
            for (int bit = 0; bit < length; bit++) {
                int mask = 0x80 >> (bit % 8);
                if (((prefix[bit / 8] ^ other[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
