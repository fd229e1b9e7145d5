/** What the tests share: a running sandbox, a plain HTTP client, a clock to move. Asserts nothing. */
@NullMarked
package dev.latchkey.sandbox.testkit;

import org.jspecify.annotations.NullMarked;
