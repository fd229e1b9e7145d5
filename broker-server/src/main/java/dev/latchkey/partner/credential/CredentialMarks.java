package dev.latchkey.partner.credential;

import dev.latchkey.secret.Fingerprinter;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.TreeMap;

/** Fingerprints credentials, so that an admin can tell them apart without reading them. Thread-safe. */
@ApplicationScoped
public final class CredentialMarks {

    /** The credential that must not be in two registrations (R99). */
    public static final String PRIVATE_KEY = "private_key";

    private final Fingerprinter fingerprinter;

    CredentialMarks(Fingerprinter fingerprinter) {
        this.fingerprinter = fingerprinter;
    }

    /** Name to fingerprint. That of a private key is about the key, not about the form in which it is written. */
    public Map<String, String> of(SecretFields credentials) {
        Map<String, String> marks = new TreeMap<>();
        credentials.values().forEach((name, value) -> marks.put(name, fingerprinter.fingerprint(subject(name, value))));
        return marks;
    }

    private static Secret subject(String name, Secret value) {
        return switch (name) {
            case PRIVATE_KEY -> ClientKey.parse(value).identity();
            case CredentialFile.FIELD ->
                CredentialFile.parse(value, "/credentials/" + name).identity();
            default -> value;
        };
    }
}
