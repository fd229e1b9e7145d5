/**
 * The production topology, started whole: three brokers behind a proxy, PostgreSQL, OpenBao, Keycloak and the sandbox, from
 * the files of {@code deploy/}, as containers or as plain processes. Used by tests and by {@code ./latchkey demo
 * --production}.
 */
@NullMarked
package dev.latchkey.topology;

import org.jspecify.annotations.NullMarked;
