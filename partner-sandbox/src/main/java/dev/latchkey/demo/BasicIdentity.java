package dev.latchkey.demo;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A user of the broker's own, or an app, by HTTP Basic. */
record BasicIdentity(String name, String password) implements Identity {

    @Override
    public String authorization() {
        byte[] pair = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /** The name only: the password is a credential. */
    @Override
    public String toString() {
        return name;
    }
}
