/**
 * The connections of an app as a claim of its own access token, so that it can discover them. What it may do with one is
 * the broker's to say at each use; the claim grants nothing.
 */
@NullMarked
package dev.latchkey.keycloak.claims;

import org.jspecify.annotations.NullMarked;
