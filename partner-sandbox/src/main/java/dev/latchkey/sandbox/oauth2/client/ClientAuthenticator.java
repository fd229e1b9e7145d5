package dev.latchkey.sandbox.oauth2.client;

import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.StrictJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Authenticates the client of a back-channel request: exactly one method, and one that the partner takes (RFC 6749 s.2.3). */
public final class ClientAuthenticator {

    /** The parameters in which credentials travel. */
    public static final Set<String> PARAMETERS =
            Set.of("client_id", "client_secret", "client_assertion", "client_assertion_type");

    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final String partner;
    private final String issuer;
    private final Set<AuthMethod> methods;
    private final ClientRegistry clients;
    private final AssertionVerifier assertions;

    public ClientAuthenticator(
            String partner,
            String issuer,
            Set<AuthMethod> methods,
            ClientRegistry clients,
            AssertionVerifier assertions) {
        this.partner = partner;
        this.issuer = issuer;
        this.methods = Set.copyOf(methods);
        this.clients = clients;
        this.assertions = assertions;
    }

    /** The authenticated client, or a refusal. */
    public Client authenticate(Request request, Parameters form) {
        AuthMethod method = method(request, form);
        if (!methods.contains(method)) {
            throw refused(method.label() + " is not accepted here");
        }
        Client client =
                clients.find(partner, claimedId(request, form).orElse("")).orElseThrow(() -> refused("unknown client"));
        switch (method) {
            case CLIENT_SECRET_POST ->
                checkSecret(client, form.one("client_secret").orElse(""));
            case CLIENT_SECRET_BASIC -> {
                if (!form.one("client_id").orElse(client.id()).equals(client.id())) {
                    throw new Refusal(400, "invalid_request", "client_id differs from the Basic credentials");
                }
                checkSecret(client, basic(request).get(1));
            }
            case PRIVATE_KEY_JWT -> checkAssertion(client, form);
        }
        return client;
    }

    /** Which client the request claims to come from; unchecked, for counters and faults. */
    public Optional<String> claimedId(Request request, Parameters form) {
        if (request.header("authorization").isPresent()) {
            try {
                return Optional.of(basic(request).getFirst());
            } catch (Refusal unreadable) {
                return Optional.empty();
            }
        }
        return form.one("client_id").or(() -> form.one("client_assertion").flatMap(ClientAuthenticator::subject));
    }

    private static AuthMethod method(Request request, Parameters form) {
        EnumSet<AuthMethod> used = EnumSet.noneOf(AuthMethod.class);
        if (request.headers().containsKey("authorization")) {
            used.add(AuthMethod.CLIENT_SECRET_BASIC);
        }
        if (form.values().containsKey("client_secret")) {
            used.add(AuthMethod.CLIENT_SECRET_POST);
        }
        if (form.values().containsKey("client_assertion")) {
            used.add(AuthMethod.PRIVATE_KEY_JWT);
        }
        if (used.size() > 1) {
            throw new Refusal(400, "invalid_request", "more than one client authentication method");
        }
        return used.stream().findFirst().orElseThrow(() -> refused("no client authentication"));
    }

    private void checkAssertion(Client client, Parameters form) {
        if (!form.required("client_assertion_type").equals(ASSERTION_TYPE)) {
            throw new Refusal(400, "invalid_request", "client_assertion_type must be " + ASSERTION_TYPE);
        }
        assertions.verify(client, form.required("client_assertion"), issuer);
    }

    private static void checkSecret(Client client, String given) {
        byte[] expected = client.secret()
                .orElseThrow(() -> refused("the client has no secret"))
                .getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8))) {
            throw refused("wrong client secret");
        }
    }

    /** Id and secret, each form-decoded after the split, as RFC 6749 s.2.3.1 has it. */
    private static List<String> basic(Request request) {
        String header = request.header("authorization").orElse("");
        if (!header.regionMatches(true, 0, "Basic ", 0, 6)) {
            throw refused("the Authorization header is not Basic");
        }
        try {
            String pair =
                    new String(Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon < 1) {
                throw refused("the Basic credentials have no colon");
            }
            return List.of(formDecoded(pair.substring(0, colon)), formDecoded(pair.substring(colon + 1)));
        } catch (IllegalArgumentException malformed) {
            throw refused("the Basic credentials are not Base64");
        }
    }

    private static String formDecoded(String text) {
        return Parameters.parse("v=" + text.replace("&", "%26")).one("v").orElse("");
    }

    private static Optional<String> subject(String assertion) {
        String[] parts = assertion.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            String json = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
            return Optional.of(StrictJson.parseObject(json).path("sub").asText());
        } catch (IllegalArgumentException | Refusal malformed) {
            return Optional.empty();
        }
    }

    private static Refusal refused(String reason) {
        return new Refusal(401, "invalid_client", reason);
    }
}
