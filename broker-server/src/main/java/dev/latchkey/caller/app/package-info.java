/**
 * The register of apps: who may be an app, where a browser may return to, where events go and what signs them.
 *
 * <p>Owns table {@code app}. Does not prove an app; that is {@code dev.latchkey.caller.authentication}.
 */
@NullMarked
package dev.latchkey.caller.app;

import org.jspecify.annotations.NullMarked;
