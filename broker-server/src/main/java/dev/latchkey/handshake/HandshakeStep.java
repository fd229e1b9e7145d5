package dev.latchkey.handshake;

import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.net.URI;
import java.util.Optional;

/** What the first step of a handshake leads to. */
public sealed interface HandshakeStep {

    /**
     * The browser goes to the partner.
     *
     * @param location where to
     * @param memo what the last step needs; kept in the vault until the browser is back
     * @param flow what will come back with the browser, by which its flow is found; known to nobody else
     * @param partnerCode the code that a partner presents which calls us itself before the browser is back; else empty
     */
    record Redirect(URI location, SecretFields memo, Secret flow, Optional<Secret> partnerCode)
            implements HandshakeStep {

        /** The field of the memo that holds our answer to such a call of the partner. */
        public static final String ACCESS_CODE = "access_code";

        /** Without a call of the partner in between. */
        public Redirect(URI location, SecretFields memo, Secret flow) {
            this(location, memo, flow, Optional.empty());
        }
    }

    /**
     * Nothing more is needed.
     *
     * @param credential what the partner gave
     */
    record Finished(Credential credential) implements HandshakeStep {}
}
