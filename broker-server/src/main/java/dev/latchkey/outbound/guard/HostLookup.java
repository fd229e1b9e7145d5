package dev.latchkey.outbound.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Where the addresses of a name come from; the platform's resolver outside tests. */
@FunctionalInterface
public interface HostLookup {

    /** Every address of the name, or the address that the literal spells. */
    InetAddress[] lookup(String host) throws UnknownHostException;
}
