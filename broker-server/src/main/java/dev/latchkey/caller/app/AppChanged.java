package dev.latchkey.caller.app;

/**
 * Something about an app has changed that a decision made before may rest on; told after the commit.
 *
 * @param id the app
 */
public record AppChanged(String id) {}
