package dev.latchkey.sandbox.callback;

import java.net.URI;

/**
 * What a partner of this kind was told by hand about an integrator, beside its client id and secret.
 *
 * @param partnerId the id that the partner gave in return
 * @param address where the partner calls
 */
public record ConnectionUrl(String partnerId, URI address) {}
