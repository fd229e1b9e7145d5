package dev.latchkey.readiness.risk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.caller.authentication.AdminConfig;
import dev.latchkey.caller.authentication.ApproverConfig;
import dev.latchkey.caller.issuer.IdentityConfig;
import dev.latchkey.http.HttpConfig;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.partner.registration.PartnersConfig;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.InMemoryCredentialVault;
import dev.latchkey.testkit.TestDatabase;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultConfig;
import dev.latchkey.vault.kv2.Kv2Config;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each risk is found where it is, and nowhere else. */
class ReadinessCheckTest {

    private static final String DEBUGGER = "-agentlib:jdwp=transport=dt_socket,server=y,address=5005";

    @ParameterizedTest
    @DisplayName("a setting that endangers secrets is found by its name")
    @CsvSource(
            delimiter = ';',
            value = {
                "latchkey.partners.endpoint-overrides=true; ENDPOINT_OVERRIDES",
                "latchkey.outbound.allow-loopback=true; LOOPBACK",
                "latchkey.vault.kind=local; LOCAL_STORE",
                "latchkey.vault.kv2.secret-id-wrapped=false; BARE_SECRET_ID",
                "latchkey.http.public-url=http://broker.example.org; PUBLIC_URL",
                "quarkus.http.proxy.proxy-address-forwarding=true; PROXY_HEADERS",
                "latchkey.identity.basic=true; BASIC_BESIDE_ISSUER"
            })
    void findsASetting(String setting, Risk risk) {
        assertThat(present(Map.of())).isEmpty();

        String[] pair = setting.split("=", 2);
        assertThat(present(Map.of(pair[0], pair[1]))).containsExactly(risk);
    }

    @Test
    @DisplayName("what takes two settings is found when both are there")
    void findsTwoSettings() {
        assertThat(present(Map.of("latchkey.vault.kv2.allow-plain-http", "true")))
                .isEmpty();
        assertThat(present(Map.of(
                        "latchkey.vault.kv2.allow-plain-http", "true",
                        "latchkey.vault.kv2.address", "http://vault.example.org")))
                .containsExactly(Risk.PLAIN_VAULT);
        assertThat(present(Map.of(
                        "quarkus.http.proxy.proxy-address-forwarding", "true",
                        "quarkus.http.proxy.trusted-proxies", "10.0.0.1")))
                .isEmpty();
        assertThat(present(Map.of(
                        "quarkus.http.proxy.proxy-address-forwarding", "true",
                        "quarkus.http.proxy.trusted-proxies", " ")))
                .containsExactly(Risk.PROXY_HEADERS);
        for (String anybody : List.of("0.0.0.0/0", "::/0", "10.0.0.1, 0.0.0.0/0", "10.0.0.0/0,10.0.0.1", "[::]/0")) {
            assertThat(present(Map.of(
                            "quarkus.http.proxy.proxy-address-forwarding",
                            "true",
                            "quarkus.http.proxy.trusted-proxies",
                            anybody)))
                    .as(anybody)
                    .containsExactly(Risk.PROXY_HEADERS);
        }
        assertThat(present(Map.of(
                        "quarkus.http.proxy.proxy-address-forwarding", "true",
                        "quarkus.http.proxy.trusted-proxies", "10.0.0.0/10,fd00::/30")))
                .isEmpty();
        assertThat(present(Map.of("latchkey.vault.kv2.secret-id-wrapped", "false", "latchkey.vault.kv2.login", "jwt")))
                .isEmpty();
    }

    @Test
    @DisplayName("R31 standbys that answer reads are found; where that cannot be told it is said")
    void asksTheStoreForItsCopies() {
        SmallRyeConfig config = config(Map.of("latchkey.vault.kind", "kv2"));
        InMemoryCredentialVault vault = new InMemoryCredentialVault();
        StoreCheck check = new StoreCheck(
                config.getConfigMapping(VaultConfig.class), config.getConfigMapping(Kv2Config.class), vault);

        assertThat(check.look()).contains(new Finding.Fine(Risk.STANDBY_READS));
        vault.setStaleReads(CredentialVault.StaleReads.POSSIBLE);
        assertThat(check.look()).contains(new Finding.Present(Risk.STANDBY_READS));
        vault.setStaleReads(CredentialVault.StaleReads.NOT_KNOWN);
        assertThat(check.look()).contains(new Finding.NotKnown(Risk.STANDBY_READS));
    }

    @ParameterizedTest
    @DisplayName("a password that is short or well known is found, where it opens anything")
    @ValueSource(
            strings = {
                "short",
                "rvT4-0ZkQp9_wYx",
                "abcdefgabcdefgabcdefg",
                "aaaaaaaaaaaaaaaaaaaaaaaa",
                "Password-Password-1",
                "latchkey-latchkey-7",
                "0-ADMIN-of-the-broker",
                "theApproverHimself-1",
                "please-changeMe-soon",
                "a-wellkept-SECRET-42",
                "sandbox-0f-the-team-3",
                "wxyz-12345-ponmlkj",
                "qwertyuiop-zxcvbnm,-1"
            })
    void findsWeakPasswords(String weak) {
        Map<String, String> basic = Map.of(
                "latchkey.identity.basic", "true",
                "latchkey.admin.password", weak,
                "latchkey.approver.password", "rvT4-0ZkQp9_wYx2");
        assertThat(present(basic)).containsExactly(Risk.BASIC_BESIDE_ISSUER, Risk.ADMIN_PASSWORD);
        assertThat(present(Map.of("latchkey.admin.password", weak))).isEmpty();
        assertThat(present(Map.of("latchkey.identity.basic", "true", "latchkey.approver.password", weak)))
                .containsExactly(Risk.BASIC_BESIDE_ISSUER, Risk.APPROVER_PASSWORD);
    }

    @Test
    @DisplayName("without an issuer people share passwords")
    void findsThatThereIsNoIssuer() {
        SmallRyeConfig bare = config(Map.of("latchkey.http.public-url", "https://broker.example.org"));

        assertThat(risks(door(bare).look())).containsExactly(Risk.NO_ISSUER);
    }

    @Test
    @DisplayName("the database says itself what the broker's role could do")
    void asksTheDatabase() {
        DatabaseAccess access = TestDatabase.migrated();
        assertThat(risks(database(access).look())).isEmpty();
        assertThat(risks(database(asOwner(access)).look())).containsExactly(Risk.DATABASE_ROLE);
    }

    @Test
    @DisplayName("a database within this process is found, also while it cannot be asked")
    void findsTheEmbeddedDatabase() {
        DatabaseAccess access = TestDatabase.migrated();
        DatabaseAccess away = new DatabaseAccess(
                "jdbc:postgresql://127.0.0.1:1/away",
                access.username(),
                access.password(),
                access.ownerUsername(),
                access.ownerPassword());
        SmallRyeConfig embedded = config(Map.of("dev.latchkey.embedded-database", "true"));

        assertThat(risks(new DatabaseCheck(TestDatabase.dataSource(access), embedded).look()))
                .containsExactly(Risk.EMBEDDED_DATABASE);
        assertThat(risks(new DatabaseCheck(TestDatabase.dataSource(away), embedded).look()))
                .containsExactly(Risk.EMBEDDED_DATABASE);
        assertThat(Risk.EMBEDDED_DATABASE.weight()).isEqualTo(Risk.Weight.SEVERE);
    }

    private static DatabaseCheck database(DatabaseAccess access) {
        return new DatabaseCheck(TestDatabase.dataSource(access), config(Map.of()));
    }

    private static DatabaseAccess asOwner(DatabaseAccess access) {
        return new DatabaseAccess(
                access.url(),
                access.ownerUsername(),
                access.ownerPassword(),
                access.ownerUsername(),
                access.password());
    }

    @ParameterizedTest
    @DisplayName("R175 a role that could change or remove audit rows is found, whatever else it may not do")
    @ValueSource(strings = {"update", "delete", "truncate"})
    void findsWhoCouldChangeTheAuditLog(String right) throws SQLException {
        DatabaseAccess access = TestDatabase.migrated();
        DatabaseCheck check = database(access);
        assertThat(check.look()).contains(new Finding.Fine(Risk.DATABASE_ROLE));

        try (Connection owner = TestDatabase.dataSource(asOwner(access)).getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute("grant " + right + " on audit_event to " + access.username());
        }

        assertThat(risks(check.look())).containsExactly(Risk.DATABASE_ROLE);
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://127.0.0.1:5432/latchkey, false",
        "jdbc:postgresql://localhost/latchkey, false",
        "jdbc:postgresql://db.example.org/latchkey, true",
        "jdbc:postgresql://localhost.example.org/latchkey, true",
        "jdbc:postgresql://db.example.org/latchkey?sslmode=require, true",
        "jdbc:postgresql://db.example.org/latchkey?ssl=true&sslmode=verify-full, false",
    })
    void knowsAPlainWayToTheDatabase(String url, boolean plain) {
        assertThat(DatabaseCheck.isPlain(url)).isEqualTo(plain);
    }

    @Test
    @DisplayName("R149 a category that prints secrets is found open, and the list is that of the shipped settings")
    void findsOpenCategories() throws IOException {
        LogCheck check = new LogCheck();
        assertThat(risks(check.look())).isEmpty();
        Logger wire = Logger.getLogger("org.apache.hc.client5.http.wire");
        Level before = wire.getLevel();
        try {
            wire.setLevel(Level.FINE);
            assertThat(risks(check.look())).containsExactly(Risk.LOG_CATEGORIES);
        } finally {
            wire.setLevel(before);
        }
        assertThat(LogCheck.SHUT).containsExactlyInAnyOrderElementsOf(shutAsShipped());
    }

    @Test
    @DisplayName("R54 what lets secrets leave the process's memory is found")
    void looksAtTheProcess() {
        assertThat(ProcessCheck.hasDebugger(List.of("-Xmx1g", DEBUGGER))).isTrue();
        assertThat(ProcessCheck.hasDebugger(List.of("-Xrunjdwp:transport=dt_socket")))
                .isTrue();
        assertThat(ProcessCheck.hasDebugger(List.of("-Xmx1g"))).isFalse();
        assertThat(ProcessCheck.writesCore(List.of("Max core file size        0            unlimited   bytes")))
                .contains(false);
        assertThat(ProcessCheck.writesCore(List.of("Max core file size        unlimited    unlimited   bytes")))
                .contains(true);
        assertThat(ProcessCheck.writesCore(List.of("Limit"))).isEmpty();
        List<Finding> ownProcess = new ProcessCheck().look();
        assertThat(ownProcess).extracting(Finding::risk).hasSize(5);
        assertThat(ownProcess).contains(new Finding.Fine(Risk.HEAP_DUMP));
        assertThat(ownProcess)
                .as("flags that the tests run without")
                .contains(new Finding.Present(Risk.ATTACH), new Finding.Present(Risk.OUT_OF_MEMORY));
    }

    @Test
    @DisplayName("severe risks stop a production, and name their properties; accepted and smaller ones do not")
    void stopsAProduction() {
        ReadinessCheck severe = () -> List.of(
                new Finding.Present(Risk.LOOPBACK),
                new Finding.Present(Risk.HEAP_DUMP),
                new Finding.Present(Risk.ATTACH),
                new Finding.NotKnown(Risk.DATABASE_ROLE));

        start(severe, Map.of());
        start(severe, Map.of("production", "true", "accepted", "loopback,heap-dump"));
        assertThatThrownBy(() -> start(severe, Map.of("production", "true", "accepted", "heap-dump")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("loopback (latchkey.outbound.allow-loopback)")
                .hasMessageNotContainingAny("Heap", "Attach", "database");
    }

    private static void start(ReadinessCheck check, Map<String, String> keys) {
        Map<String, String> full = keys.entrySet().stream()
                .collect(Collectors.toMap(key -> "latchkey.readiness." + key.getKey(), Map.Entry::getValue));
        new Examination(List.of(check), Configs.of(RiskConfig.class, full)).atStart(new StartupEvent());
    }

    /** What the checks of settings find in a production that is as it should be, but for these keys. */
    private static List<Risk> present(Map<String, String> keys) {
        Map<String, String> all = new java.util.HashMap<>(Map.of(
                "latchkey.vault.kind", "kv2",
                "latchkey.vault.kv2.address", "https://vault.example.org",
                "latchkey.http.public-url", "https://broker.example.org",
                "latchkey.identity.issuer", "https://id.example.org"));
        all.putAll(keys);
        SmallRyeConfig config = config(all);
        return Stream.of(
                        new WayOutCheck(
                                config.getConfigMapping(OutboundConfig.class),
                                config.getConfigMapping(PartnersConfig.class)),
                        new StoreCheck(
                                config.getConfigMapping(VaultConfig.class),
                                config.getConfigMapping(Kv2Config.class),
                                new InMemoryCredentialVault()),
                        door(config))
                .flatMap(check -> risks(check.look()).stream())
                .toList();
    }

    private static DoorCheck door(SmallRyeConfig config) {
        return new DoorCheck(
                config.getConfigMapping(HttpConfig.class),
                config.getConfigMapping(IdentityConfig.class),
                config.getConfigMapping(AdminConfig.class),
                config.getConfigMapping(ApproverConfig.class),
                config);
    }

    private static SmallRyeConfig config(Map<String, String> keys) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withSources(new PropertiesConfigSource(keys, "test", 100))
                .withMapping(OutboundConfig.class)
                .withMapping(PartnersConfig.class)
                .withMapping(VaultConfig.class)
                .withMapping(Kv2Config.class)
                .withMapping(HttpConfig.class)
                .withMapping(IdentityConfig.class)
                .withMapping(AdminConfig.class)
                .withMapping(ApproverConfig.class)
                .build();
    }

    private static List<Risk> risks(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding instanceof Finding.Present)
                .map(Finding::risk)
                .toList();
    }

    private static Set<String> shutAsShipped() throws IOException {
        Properties shipped = new Properties();
        try (InputStream file = ReadinessCheckTest.class.getResourceAsStream("/application.properties")) {
            shipped.load(file);
        }
        return shipped.stringPropertyNames().stream()
                .filter(key -> key.startsWith("quarkus.log.category.\"")
                        && Set.of("INFO", "OFF").contains(shipped.getProperty(key)))
                .map(key -> key.split("\"")[1])
                .collect(Collectors.toSet());
    }
}
