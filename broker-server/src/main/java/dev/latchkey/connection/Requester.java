package dev.latchkey.connection;

import dev.latchkey.caller.Caller;

/**
 * Who asked for a connection, and so who confirms it.
 *
 * @param name the app's id or the person's name
 * @param isApp whether it is an app
 */
public record Requester(String name, boolean isApp) {

    /** The caller as a requester. */
    public static Requester of(Caller caller) {
        return switch (caller) {
            case Caller.AppCaller app -> new Requester(app.id(), true);
            case Caller.PersonCaller person -> new Requester(person.name(), false);
        };
    }
}
