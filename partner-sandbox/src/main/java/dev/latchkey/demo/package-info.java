/**
 * The demonstration: every partner's whole story, told over HTTP only, as an admin, an approver, an app and a user's
 * browser would.
 *
 * <p>Shares no code with the broker; what it knows of it is the public contract. A new partner is one more line in
 * {@link dev.latchkey.demo.Demo}, or one more {@link dev.latchkey.demo.DemoPartner} where its story differs.
 */
@NullMarked
package dev.latchkey.demo;

import org.jspecify.annotations.NullMarked;
