package dev.latchkey.caller;

/**
 * Something about an app has changed that a decision made before may rest on; told after the commit.
 *
 * @param id the app
 */
record AppChanged(String id) {}
