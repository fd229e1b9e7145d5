package dev.latchkey.topology;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** PostgreSQL with the settings and roles of {@code deploy/postgres}, which the image of the container takes as they are. */
final class PostgresProcess {

    private PostgresProcess() {}

    static EmbeddedPostgres start(DeployFolder deploy) throws IOException {
        Map<String, String> variables = deploy.environment("postgres");
        Path data = deploy.folder("postgres");
        Path password = Files.writeString(deploy.folder("initdb.password"), value(variables, "POSTGRES_PASSWORD"));
        System.setProperty(
                "ot.epg.working-dir",
                Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg").toString());
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setPort(deploy.port(5432))
                .setDataDirectory(data)
                .setPGStartupWait(Duration.ofMinutes(2))
                .setLocaleConfig("auth", "scram-sha-256")
                .setLocaleConfig("pwfile", password.toString())
                .setLocaleConfig("locale", "C.UTF-8")
                .setConnectConfig("password", value(variables, "POSTGRES_PASSWORD"))
                .setServerConfig("unix_socket_directories", "");
        DeployFolder.read(deploy.file("postgres/postgresql.conf"))
                .forEach((name, setting) ->
                        builder.setServerConfig(name.strip(), setting.strip().replaceAll("^'|'$", "")));
        EmbeddedPostgres server = builder.start();
        try {
            makeRoles(server, Files.readString(deploy.file("postgres/roles.sql")), variables);
        } catch (SQLException e) {
            server.close();
            throw new IOException(e);
        } finally {
            Files.delete(password);
        }
        return server;
    }

    /** psql puts its variables in as literals; so does this. */
    private static void makeRoles(EmbeddedPostgres server, String script, Map<String, String> variables)
            throws SQLException {
        String sql = script.replaceAll("(?m)^--.*$", "")
                .replace(":'owner_password'", literal(variables, "LATCHKEY_OWNER_PASSWORD"))
                .replace(":'runtime_password'", literal(variables, "LATCHKEY_RUNTIME_PASSWORD"))
                .replace(":'keycloak_password'", literal(variables, "KEYCLOAK_PASSWORD"));
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            for (String one : sql.split(";", -1)) {
                if (!one.isBlank()) {
                    statement.execute(one);
                }
            }
        }
    }

    private static String literal(Map<String, String> variables, String name) {
        return "'" + value(variables, name).replace("'", "''") + "'";
    }

    private static String value(Map<String, String> variables, String name) {
        return Optional.ofNullable(variables.get(name)).orElseThrow(() -> new IllegalStateException("no " + name));
    }
}
