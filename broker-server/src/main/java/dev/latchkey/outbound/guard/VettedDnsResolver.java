package dev.latchkey.outbound.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves a name once for a call and vets every address. The connection is made to exactly these addresses, so that no
 * second answer of a DNS server counts (R130). Thread-safe.
 */
public final class VettedDnsResolver implements DnsResolver {

    private final HostLookup lookup;
    private final SsrfGuard guard;

    /** Takes addresses from there and has them judged. */
    public VettedDnsResolver(HostLookup lookup, SsrfGuard guard) {
        this.lookup = lookup;
        this.guard = guard;
    }

    /** The name's addresses; {@link ForbiddenAddressException} if any of them is forbidden. */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = lookup.lookup(host);
        if (addresses.length == 0) {
            throw new UnknownHostException("no address");
        }
        for (InetAddress address : addresses) {
            if (!guard.mayConnect(host, address)) {
                throw new ForbiddenAddressException();
            }
        }
        return addresses;
    }

    /** The name itself: nothing here needs another one, and a reverse lookup would be one more question to DNS. */
    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    /** An answer of DNS that is not to be used. */
    public static final class ForbiddenAddressException extends UnknownHostException {

        private static final long serialVersionUID = 1L;
    }
}
