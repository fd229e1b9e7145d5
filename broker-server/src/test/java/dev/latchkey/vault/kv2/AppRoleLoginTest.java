package dev.latchkey.vault.kv2;

import static dev.latchkey.vault.kv2.Kv2VaultIT.assertUnavailable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.CapturedLog;
import dev.latchkey.testkit.CredentialVaultContract;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.PassingTime;
import dev.latchkey.vault.VaultPath;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The unwrapping of the SecretID on a server that loses what it should say; {@link Kv2AccessIT} has a real one. */
@Timeout(180)
class AppRoleLoginTest {

    private static final String JSON = "Content-Type: application/json\r\nConnection: close\r\n";
    private static final Pattern WRAPPING = Pattern.compile("w-[0-9]+");
    private static final VaultPath PATH = CredentialVaultContract.newPath();
    private static final Map<String, String> REMOVING = Map.of("secret-id-file-remove", "true");

    /** What becomes of the answer to an unwrapping. */
    private enum Loss {
        NONE,
        BEFORE_IT_IS_DONE,
        RESET,
        HALF,
        STATUS_502,
        NONSENSE
    }

    /** Something that happens to the file. */
    private interface Change {
        void run() throws IOException;
    }

    @TempDir
    Path folder;

    private final PassingTime time = new PassingTime();
    private final AtomicInteger alarms = new AtomicInteger();
    private final Set<String> used = ConcurrentHashMap.newKeySet();
    private volatile Loss loss = Loss.NONE;
    private volatile int lookup = 200;
    private volatile Change whileUnwrapping = () -> {};
    private FaultyServer server;
    private Path file;
    private Kv2Vault vault;

    @BeforeEach
    void start() throws IOException {
        server = FaultyServer.start(this::answer);
        file = Kv2Fixture.secretFile(folder, "w-1");
        vault = vault(Map.of());
    }

    private Kv2Vault vault(Map<String, String> more) {
        Map<String, String> keys = new HashMap<>(Map.of(
                "address",
                "http://127.0.0.1:" + server.port(),
                "role-id",
                "role",
                "secret-id-file",
                file.toString(),
                "timeout",
                "60s"));
        keys.putAll(more);
        return Kv2Fixture.vault(keys, time, new SimpleMeterRegistry(), alarms::incrementAndGet);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @DisplayName("R33 R39 a SecretID whose answer was lost is asked for anew, and is nobody's crime")
    @EnumSource(names = {"RESET", "HALF", "STATUS_502", "NONSENSE"})
    void asksForAnother(Loss how) throws Exception {
        loss = how;
        try (CapturedLog log = CapturedLog.of("dev.latchkey.vault")) {
            assertThatThrownBy(() -> vault.read(PATH))
                    .isInstanceOf(IllegalStateException.class)
                    .isNotInstanceOf(SecretIdInterceptedException.class)
                    .hasMessageContaining("deliver a new one");
            assertThatThrownBy(() -> vault.read(PATH)).isNotInstanceOf(SecretIdInterceptedException.class);
            assertThat(log.text()).contains("was lost").doesNotContain("secret_id_intercepted");
        }
        assertThat(alarms).hasValue(0);

        loss = Loss.NONE;
        Files.writeString(file, "w-2");
        time.pass(Duration.ofSeconds(5));
        assertThat(vault.read(PATH)).isEmpty();
    }

    @Test
    @DisplayName("R33 an unwrapping that never came about is tried again")
    void triesAgain() {
        loss = Loss.BEFORE_IT_IS_DONE;
        assertUnavailable(() -> vault.read(PATH));

        loss = Loss.NONE;
        time.pass(Duration.ofSeconds(5));

        assertThat(vault.read(PATH)).isEmpty();
        assertThat(alarms).hasValue(0);
    }

    @Test
    @DisplayName("R39 a lost answer excuses its own wrapping token alone: another one that was used is an alarm")
    void excusesNoOther() throws Exception {
        loss = Loss.RESET;
        assertThatThrownBy(() -> vault.read(PATH)).isNotInstanceOf(SecretIdInterceptedException.class);
        used.add("w-2");
        Files.writeString(file, "w-2");

        assertThatThrownBy(() -> vault.read(PATH)).isInstanceOf(SecretIdInterceptedException.class);
        assertThat(alarms).hasValue(1);
    }

    @ParameterizedTest
    @DisplayName("R39 the refusal of a wrapping token is an alarm")
    @ValueSource(ints = {400, 403})
    void knowsAnAlarm(int status) {
        lookup = status;

        assertThatThrownBy(() -> vault.read(PATH)).isInstanceOf(SecretIdInterceptedException.class);
        assertThat(alarms).hasValue(1);
    }

    @ParameterizedTest
    @DisplayName("R39 a refusal that speaks of the address, or of what stands before the server, is no alarm")
    @ValueSource(ints = {401, 404, 405, 407, 412, 429, 503})
    void knowsAWrongAddress(int status) {
        lookup = status;

        assertUnavailable(() -> vault.read(PATH));
        assertThat(alarms).hasValue(0);
    }

    @Test
    @DisplayName("R39 the file of a SecretID that we have opened is removed where that is wanted, and else left alone")
    void removesWhatItHasOpened() throws IOException {
        assertThat(vault.read(PATH)).isEmpty();
        assertThat(file).exists();

        Files.writeString(file, "w-2");
        assertThat(vault(REMOVING).read(PATH)).isEmpty();
        assertThat(file).doesNotExist();
    }

    @Test
    @DisplayName(
            "R39 a file that somebody else opened stays for who delivers, and so does the next one that lies there")
    void leavesWhatItHasNotOpened() throws IOException {
        used.add("w-1");
        assertThatThrownBy(() -> vault(REMOVING).read(PATH)).isInstanceOf(SecretIdInterceptedException.class);
        assertThat(file).exists();

        Files.writeString(file, "w-2");
        whileUnwrapping = () -> Files.writeString(file, "w-3");
        assertThat(vault(REMOVING).read(PATH)).isEmpty();
        assertThat(file).hasContent("w-3");
    }

    @Test
    @DisplayName("R39 a file that cannot be removed is told, and the broker goes on")
    void goesOnWithAFileThatStays() throws Exception {
        whileUnwrapping = () -> {
            Files.delete(file);
            Files.createDirectories(file);
        };
        try (CapturedLog log = CapturedLog.of("dev.latchkey.vault")) {
            assertThat(vault(REMOVING).read(PATH)).isEmpty();

            assertThat(log.text()).contains("the file of the SecretID could not be removed");
        }
    }

    private void answer(FaultyServer.Connection connection) throws IOException {
        String request = connection.readRequest();
        if (request.contains("/wrapping/lookup")) {
            boolean gone = used.contains(wrapping(request));
            String path = "{\"data\":{\"creation_path\":\"auth/approle/role/latchkey-broker/secret-id\"}}";
            connection.write(FaultyServer.response(gone ? 400 : lookup, JSON, gone ? "{}" : path));
        } else if (request.contains("/wrapping/unwrap")) {
            unwrap(connection, wrapping(request));
        } else if (request.contains("/login")) {
            String login = "{\"renewable\":false,\"auth\":{\"client_token\":\"s.tokentokentokentoken\",\"policies\":[],"
                    + "\"lease_duration\":3600,\"renewable\":true}}";
            connection.write(FaultyServer.response(200, JSON, login));
        } else {
            connection.write(FaultyServer.response(404, JSON, "{}"));
        }
    }

    private void unwrap(FaultyServer.Connection connection, String wrapping) throws IOException {
        Loss now = loss;
        if (now != Loss.BEFORE_IT_IS_DONE && !used.add(wrapping)) {
            connection.write(FaultyServer.response(400, JSON, "{}"));
            return;
        }
        whileUnwrapping.run();
        String secret = FaultyServer.response(200, JSON, "{\"data\":{\"secret_id\":\"the-secret-id\"}}");
        switch (now) {
            case NONE -> connection.write(secret);
            case HALF -> connection.write(secret.substring(0, secret.length() - 5));
            case STATUS_502 -> connection.write(FaultyServer.response(502, JSON, "{}"));
            case NONSENSE -> connection.write(FaultyServer.response(200, JSON, "<html>"));
            case RESET, BEFORE_IT_IS_DONE -> connection.reset();
        }
    }

    private static String wrapping(String request) {
        Matcher matcher = WRAPPING.matcher(request);
        return matcher.find() ? matcher.group() : "";
    }
}
