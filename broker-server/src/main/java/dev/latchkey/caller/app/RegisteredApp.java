package dev.latchkey.caller.app;

import java.time.Instant;

/**
 * An app and how it came here.
 *
 * @param app the app
 * @param createdAt when it was registered
 * @param createdBy by whom
 */
record RegisteredApp(App app, Instant createdAt, String createdBy) {}
