package dev.latchkey.partner.credential;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.ClientAuthentication;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.partner.KeepableText;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.SecretFields;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Turns the {@code credentials} of a request into what is stored; refusals point at the member and echo nothing. */
public final class CredentialCheck {

    private static final int LONGEST = 16 * 1024;
    private static final String CLIENT_SECRET = "client_secret";
    private static final String CONSUMER_SECRET = "consumer_secret";
    private static final String PRIVATE_KEY = "private_key";
    private static final Set<String> OBJECTS = Set.of(PRIVATE_KEY, CredentialFile.FIELD);

    private CredentialCheck() {}

    /**
     * Checks what was given against what the profile needs, and completes it by what is kept.
     *
     * @param profile says which credentials there are and which of them is used
     * @param given the member {@code credentials}
     * @param kept what the vault holds already; empty for a new registration
     * @param generator makes up what is ours to choose and neither given nor kept
     */
    public static SecretFields check(
            CatalogEntry profile, JsonNode given, SecretFields kept, SecretGenerator generator) {
        if (!given.isObject()) {
            throw BrokerException.invalid("/credentials", "An object is needed.");
        }
        Set<String> needed = needed(profile);
        Map<String, Secret> fields = new HashMap<>();
        kept.values().forEach((name, value) -> {
            if (needed.contains(name)) {
                fields.put(name, value);
            }
        });
        given.properties().forEach(member -> {
            if (!needed.contains(member.getKey())) {
                throw unexpected(profile, member.getKey());
            }
            fields.put(member.getKey(), secret(profile, member.getKey(), member.getValue()));
        });
        for (String name : needed) {
            if (!fields.containsKey(name) && profile.kind().madeUp().contains(name)) {
                fields.put(name, generator.next());
            } else if (!fields.containsKey(name)) {
                throw BrokerException.invalid(pointer(name), "The registration needs this credential.");
            }
        }
        return new SecretFields(fields);
    }

    /** A client proves itself in one way: what the other ways would need is not even stored. */
    private static Set<String> needed(CatalogEntry profile) {
        Set<String> needed = new HashSet<>(profile.credentialFields());
        boolean oauth1 = profile.signing() == SigningScheme.OAUTH1;
        boolean signs = oauth1
                ? profile.dialect().signatureMethod().signsWithKey()
                : profile.clientAuthentication() == ClientAuthentication.PRIVATE_KEY_JWT;
        needed.removeAll(signs ? Set.of(CLIENT_SECRET, CONSUMER_SECRET) : Set.of(PRIVATE_KEY));
        return needed;
    }

    private static BrokerException unexpected(CatalogEntry profile, String name) {
        return profile.credentialFields().contains(name)
                ? BrokerException.invalid(pointer(name), "What the settings say does not use this.")
                : BrokerException.invalid("/credentials", "There is a credential that the catalog row does not name.");
    }

    private static Secret secret(CatalogEntry profile, String name, JsonNode value) {
        // A JWK or a downloaded file may be given as it is, without being quoted once more.
        boolean object = OBJECTS.contains(name) && value.isObject();
        String text = object ? value.toString() : value.textValue();
        if (text == null || text.isBlank() || text.length() > LONGEST || !KeepableText.isKeepable(text)) {
            throw BrokerException.invalid(pointer(name), "A text of 1 to " + LONGEST + " characters is needed.");
        }
        if (name.equals(PRIVATE_KEY)) {
            ClientKey key = ClientKey.parse(Secret.of(text));
            // RFC 5849 section 3.4.3 knows RSA only.
            return profile.signing() == SigningScheme.OAUTH1 ? key.requireRsa().jwk() : key.jwk();
        }
        if (name.equals(CredentialFile.FIELD)) {
            return CredentialFile.parse(Secret.of(text), pointer(name)).text();
        }
        if (text.codePoints().anyMatch(Character::isISOControl)) {
            throw BrokerException.invalid(pointer(name), "Control characters are not allowed.");
        }
        return Secret.of(text);
    }

    private static String pointer(String name) {
        return "/credentials/" + name;
    }
}
