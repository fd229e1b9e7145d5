/**
 * The registrations: admins make, change and remove them, and the registry gives them to other features as partners.
 *
 * <p>Owns table {@code partner}, and the secrets of before a change for as long as they still count.
 */
@NullMarked
package dev.latchkey.partner.registration;

import org.jspecify.annotations.NullMarked;
