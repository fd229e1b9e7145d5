/**
 * The HTTP clients themselves: one attempt a call, on a fresh connection, bounded in time and size, in one piece or as a
 * stream.
 *
 * <p>Nobody uses this room by name: features ask for {@link dev.latchkey.outbound.PartnerHttp} and {@link
 * dev.latchkey.outbound.PartnerStreams}. The one exception is {@code OperatorHttp}, which reads what the operator has named.
 */
@NullMarked
package dev.latchkey.outbound.client;

import org.jspecify.annotations.NullMarked;
