package dev.latchkey.caller.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.caller.ProvenCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.caller.issuer.IdentityConfig;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.runtime.StartupEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LocalUsersTest {

    private static final Pattern PRINTED = Pattern.compile("latchkey user (\\S+), password (\\S{43})\\R");

    private final DatabaseAccess database = TestDatabase.migrated();
    private final DataSource dataSource = TestDatabase.dataSource(database);

    @Test
    void makesUpPasswordsOnceAndPrintsThemOnce() {
        LocalUsers users = users(Map.of(), Map.of());

        String first = start(users);
        String second = start(users(Map.of(), Map.of()));

        Matcher printed = PRINTED.matcher(first);
        List<String> names = printed.results()
                .peek(line -> assertThat(
                                prove(users, line.group(1), line.group(2)).name())
                        .isEqualTo(line.group(1)))
                .map(line -> line.group(1))
                .toList();
        assertThat(names).containsExactlyInAnyOrder("admin", "approver");
        assertThat(second).isEmpty();
    }

    @Test
    void setsConfiguredPasswordsAtEachStart() {
        Map<String, String> approver = Map.of("latchkey.approver.password", "approver's");
        LocalUsers before = users(Map.of("latchkey.admin.password", "first"), approver);
        assertThat(start(before)).isEmpty();
        assertThat(prove(before, "admin", "first").roles())
                .containsExactlyInAnyOrder(Roles.ADMIN, Roles.APPROVER, Roles.AUDITOR);
        assertThat(prove(before, "approver", "approver's").roles())
                .containsExactlyInAnyOrder(Roles.APPROVER, Roles.AUDITOR);

        LocalUsers after = users(Map.of("latchkey.admin.password", "second"), approver);
        start(after);

        assertThat(prove(after, "admin", "second").name()).isEqualTo("admin");
        assertThatThrownBy(() -> prove(after, "admin", "first")).isInstanceOf(BrokerException.class);
        assertThatThrownBy(() -> prove(after, "approver", "second")).isInstanceOf(BrokerException.class);
    }

    @Test
    @DisplayName("R151 stores passwords as salted hashes")
    void storesHashes() throws SQLException {
        start(users(
                Map.of("latchkey.admin.password", "same password"),
                Map.of("latchkey.approver.password", "same password")));

        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(distinct password_hash), min(password_hash),"
                        + " string_agg(password_hash, ' ') from local_user")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(2);
            assertThat(row.getString(2)).startsWith("pbkdf2-sha256$600000$");
            assertThat(row.getString(3)).doesNotContain("same");
        }
    }

    @Test
    void asksAgainWhetherToGoOnWhenItsTurnHasCome() {
        LocalUsers users = users(Map.of("latchkey.admin.password", "p"), Map.of("latchkey.approver.password", "p"));
        start(users);

        assertThatThrownBy(() -> users.prove(basic("admin", "p"), () -> {
                    throw new IllegalStateException("others have failed meanwhile");
                }))
                .isInstanceOf(IllegalStateException.class);
    }

    private static ProvenCaller prove(LocalUsers users, String name, String secret) {
        return users.prove(basic(name, secret), () -> {});
    }

    private static PresentedCredential.Basic basic(String name, String secret) {
        return new PresentedCredential.Basic(name, Secret.of(secret), Secret.of("x"));
    }

    private LocalUsers users(Map<String, String> admin, Map<String, String> approver) {
        SecureRandom random = new SecureRandom();
        return new LocalUsers(
                dataSource,
                random,
                new SecretGenerator(random),
                Configs.of(IdentityConfig.class, Map.of()),
                Configs.of(AdminConfig.class, admin),
                Configs.of(ApproverConfig.class, approver));
    }

    private static String start(LocalUsers users) {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            users.prepare(new StartupEvent());
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
