/** The user's browser for tests and demos: real HTTP, cookies, forms, no automatic redirects. Knows nothing of the sandbox. */
@NullMarked
package dev.latchkey.sandbox.browser;

import org.jspecify.annotations.NullMarked;
