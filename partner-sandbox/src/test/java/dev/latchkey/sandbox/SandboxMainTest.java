package dev.latchkey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SandboxMainTest {

    private static Process start(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SandboxMain.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @Test
    void saysWhereItIsAndStopsWhenTold() throws Exception {
        Process process = start("--port", "0");
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            assertThat(line).matches("partner sandbox ready on http://127\\.0\\.0\\.1:\\d+");
            URI base = URI.create(line.substring(line.indexOf("http")) + "/");
            int status = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(base).build(), BodyHandlers.ofString())
                    .statusCode();
            assertThat(status).isEqualTo(200);
            process.toHandle().destroy(); // SIGTERM, and the streams stay open
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(out.readLine()).as("nothing more is printed").isNull();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void refusesArgumentsItDoesNotKnow() throws Exception {
        Process process = start("--prot", "1");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
    }
}
