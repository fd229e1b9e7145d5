/** API keys that sign each request: seals over forms, signatures and nonces of JSON-RPC calls. Knows no partner. */
@NullMarked
package dev.latchkey.sandbox.key;

import org.jspecify.annotations.NullMarked;
