package dev.latchkey.topology;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.testkit.OperatedBroker;
import dev.latchkey.testkit.Story;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A year of an operator's life with the guide in hand: every block of commands of {@code docs/operations.md} is run as it
 * stands, in the order in which the guide has them used, on one installation. Partners' tokens live so shortly that each
 * hand-out renews, at a partner that takes the second use of a refresh token for theft.
 */
@Timeout(900) // on a machine that is busy otherwise; a minute on an idle one
class OperationsGuideIT {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    private final Sandbox sandbox = Sandbox.start(SandboxConfig.defaults());

    @AfterEach
    void end() {
        sandbox.close();
    }

    @Test
    @DisplayName("R42 R53 each procedure of the operator's guide does what the guide says")
    void doesWhatItSays() throws IOException {
        try (OperatedBroker broker = OperatedBroker.in(folder)) {
            broker.start();
            Story story = new Story(broker.address(), broker.password(), sandbox.baseUri()).partner(Map.of());
            story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20, "rotation", "strict"));
            Story.App app = story.app("shop");
            String connection = story.active(app, "read");
            story.token(app, connection).expect(200);
            assertThat(broker.run("readiness")).contains("\"check\":\"heap-dump\",\"finding\":\"fine\"");

            rotatesLocalKeys(broker, story);
            story.token(app, connection).expect(200);
            rotatesAppSecret(broker, story, app);
            rotatesClientSecret(broker, story);
            story.token(app, connection).expect(200);
            try (OpenBaoServer vault = OpenBaoServer.start(Files.createDirectory(folder.resolve("vault")), "")) {
                broker.keepsSecretsIn(vault);
                movesToVault(broker, story);
                story.token(app, connection).expect(200);
                backsUp(broker, vault);
                story.token(app, connection).expect(200);
                noticesAnOlderVault(broker, vault, story, app, connection);
                noticesAnOlderDatabase(broker, story, app, connection);
                cutsTheBrokerOff(broker, vault, story, app, connection);
            }
            assertThat(broker.notRun())
                    .as("blocks of the guide that nothing runs")
                    .isEmpty();
        }
    }

    private static void rotatesLocalKeys(OperatedBroker broker, Story story) {
        broker.stop();
        broker.start("rotate-local-keys");
        assertThat(actions(story)).contains("vault_key_rotated");
    }

    private static void rotatesAppSecret(OperatedBroker broker, Story story, Story.App app) throws IOException {
        broker.with("APP", app.id());
        String secret =
                JSON.readTree(broker.run("rotate-app-secret")).path("secret").asText();

        BrokerApi.as(broker.address(), app.id(), secret).get("/connections").expect(200);
        app.api().get("/connections").expect(200); // for a day
        assertThat(actions(story)).contains("app_secret_rotated");
    }

    private static void rotatesClientSecret(OperatedBroker broker, Story story) throws IOException {
        String secret = "changed-" + story.clientSecret();
        story.control()
                .registerClient(
                        story.sandboxName(),
                        story.clientId(),
                        secret,
                        broker.address() + "/callback/" + story.partner());
        Map<String, ?> body = Map.of(
                "catalog",
                "oauth2",
                "credentials",
                Map.of("client_secret", secret),
                "settings",
                Map.of(
                        "endpoints",
                        Map.of(
                                "authorization_endpoint", story.at("authorize"),
                                "token_endpoint", story.at("token"),
                                "revocation_endpoint", story.at("revoke"),
                                "api_base", story.at("api"))));
        JSON.writeValue(broker.state().resolve("partner.json").toFile(), body);
        broker.with("PARTNER", story.partner());
        broker.run("rotate-client-secret");
    }

    private static void movesToVault(OperatedBroker broker, Story story) {
        broker.run("set-up-vault");
        broker.run("use-vault");
        broker.stop();
        broker.run("deliver-secret-id");
        broker.start("move-to-vault");

        assertThat(broker.log()).contains("records were moved out of the local secret store");
        assertThat(actions(story)).contains("vault_records_moved");
    }

    /** The new start is also what an upgrade does: the same data, migrated if need be. */
    private static void backsUp(OperatedBroker broker, OpenBaoServer vault) {
        broker.stop();
        broker.with("BAO_TOKEN", vault.token("latchkey-backup"));
        broker.run("backup");
        broker.with("BAO_TOKEN", vault.rootToken());
        broker.run("deliver-secret-id");
        broker.start();
    }

    private static void noticesAnOlderVault(
            OperatedBroker broker, OpenBaoServer vault, Story story, Story.App app, String connection) {
        byte[] newer = vault.snapshot();
        long spent = story.refreshes();
        broker.stop();
        broker.run("restore-vault");
        vault.awaitActive();
        broker.run("deliver-secret-id");
        broker.start("compare-stores");

        assertThat(broker.log()).contains("vault_behind: connection " + connection);
        assertThat(story.token(app, connection).expect(503).code()).isEqualTo("vault_unavailable");
        assertThat(story.refreshes()).as("no old refresh token was sent").isEqualTo(spent);
        broker.stop();
        vault.restore(newer);
    }

    private static void noticesAnOlderDatabase(OperatedBroker broker, Story story, Story.App app, String connection) {
        broker.run("restore-database");
        broker.run("remove-secret-ids");
        broker.run("deliver-secret-id");
        broker.start("compare-stores");

        assertThat(broker.log()).contains("vault_ahead: connection " + connection);
        story.token(app, connection).expect(200);
        List<String> sent = story.control().requests(story.sandboxName(), "refresh").stream()
                .map(request -> request.formValue("refresh_token").orElseThrow())
                .toList();
        assertThat(sent).hasSizeGreaterThan(5).doesNotHaveDuplicates();
        assertThat(story.status(connection)).isEqualTo("active");
    }

    /** By somebody on call, who has no more than the operator's policy. */
    private static void cutsTheBrokerOff(
            OperatedBroker broker, OpenBaoServer vault, Story story, Story.App app, String connection) {
        broker.with("BAO_TOKEN", vault.token("latchkey-operator"));
        broker.run("remove-secret-ids");
        broker.run("cut-off");
        broker.with("BAO_TOKEN", vault.rootToken());

        assertThat(story.token(app, connection).expect(503).code()).isEqualTo("vault_unavailable");
        broker.stop();
        broker.run("deliver-secret-id");
        broker.start();
        story.token(app, connection).expect(200);
    }

    private static List<String> actions(Story story) {
        return story.admin().get("/audit").expect(200).json().path("items").findValuesAsText("action");
    }
}
