package dev.latchkey.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.client.SeenRequest;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/** A story at Noon: our own account there, or sellers' accounts. Keys and clients have names of this story's own. */
public final class NoonStory {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Story story = new Story();
    private final NoonKey key = NoonKey.of("key-" + story.mark());

    /** Registers our own account at the partner and at the broker. */
    public static NoonStory ownAccount() {
        NoonStory noon = new NoonStory();
        noon.addKey(noon.key);
        noon.put("POST", "/partners", noon.key.file()).expect(201);
        return noon;
    }

    /** Registers an integrator, whose own account the key is of. */
    public static NoonStory integrator() {
        NoonStory noon = new NoonStory();
        Story story = noon.story;
        noon.addKey(noon.key);
        Answer registered = story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id", story.partner(),
                                "catalog", "noon-oauth",
                                "credentials",
                                        Map.of(
                                                "client_id", story.clientId(),
                                                "client_secret", story.clientSecret(),
                                                "credential_file", noon.key.text()),
                                "settings", Map.of("endpoints", endpoints(true))))
                .expect(201);
        story.control().registerClient("noon", story.clientId(), story.clientSecret(), registered.text("redirect_uri"));
        return noon;
    }

    public Story story() {
        return story;
    }

    public NoonKey key() {
        return key;
    }

    /** Adds a key to this story's account at the partner. */
    public void addKey(NoonKey added) {
        story.control()
                .registerNoonKey("account-" + story.mark(), added.projectCode(), added.keyId(), added.publicPem());
    }

    /** Registers with that credential file, or changes the registration. */
    public Answer put(String method, String path, Object credentialFile) {
        Map<String, Object> body = new TreeMap<>(Map.of(
                "catalog", "noon",
                "credentials", Map.of("credential_file", credentialFile),
                "settings", Map.of("endpoints", endpoints(false))));
        if (method.equals("POST")) {
            body.put("id", story.partner());
            return story.admin().post(path, body);
        }
        return story.admin().put(path, body);
    }

    /** Asks for a connection to our own account, which an approval makes active. */
    public String active(Story.App app) {
        String id = story.request(app);
        Answer approval =
                story.approver().post("/connections/" + id + "/approve").expect(200);
        if (!approval.text("status").equals("active")) {
            throw new AssertionError(approval.raw().body());
        }
        return id;
    }

    /** The logins that the partner saw with a key: what the JWTs claimed. */
    public List<JsonNode> logins(String keyId) {
        return StreamSupport.stream(story.control().assertions("noon").spliterator(), false)
                .filter(seen -> seen.path("claims").path("sub").asText().equals(keyId))
                .toList();
    }

    /** The login requests whose body names this story's keys by their project. */
    public List<SeenRequest> loginRequests(String projectCode) {
        return story.control().requests("noon", "login").stream()
                .filter(seen -> seen.body().contains("\"" + projectCode + "\""))
                .toList();
    }

    /** The value of a {@code Cookie} header that an app makes of its token. */
    public static String cookies(Answer token) {
        List<String> pairs = new ArrayList<>();
        token.json()
                .path("cookies")
                .forEach(cookie -> pairs.add(cookie.path("name").asText() + "="
                        + cookie.path("value").asText()));
        return String.join("; ", pairs);
    }

    /** What the partner answers to an app that asks who it is. */
    public static HttpResponse<String> whoami(String cookies) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(BrokerStack.sandbox() + "/noon/identity/v1/whoami"))
                .header("User-Agent", "test")
                .header("Cookie", cookies)
                .build();
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> endpoints(boolean sellers) {
        String at = BrokerStack.sandbox() + "/noon";
        Map<String, String> endpoints =
                new TreeMap<>(Map.of("login_endpoint", at + "/identity/public/v1/api/login", "api_base", at + "/"));
        if (sellers) {
            endpoints.put("authorization_endpoint", at + "-oauth/");
            endpoints.put("token_create_endpoint", at + "/identity/oauth/v1/token/create");
            endpoints.put("token_exchange_endpoint", at + "/identity/oauth/v1/token/exchange");
        }
        return endpoints;
    }
}
