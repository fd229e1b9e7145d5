package dev.latchkey.topology;

import dev.latchkey.testkit.OpenBaoServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** OpenBao and the jobs beside it, as plain processes from the files of {@code deploy/openbao}. */
final class OpenBaoJobs {

    private final DeployFolder deploy;
    private final Path bao = OpenBaoServer.binary();
    private final Map<String, String> environment;

    /**
     * Makes the server's folder.
     *
     * @param home of those who run, for what the program keeps there
     */
    OpenBaoJobs(DeployFolder deploy, Path home) throws IOException {
        this.deploy = deploy;
        this.environment = new HashMap<>(deploy.environment("openbao"));
        environment.put("LATCHKEY_VAULT_CLI", bao.toString());
        environment.put("HOME", home.toString());
        environment.put(
                "LATCHKEY_SETUP",
                DeployFolder.project().resolve("vault-policies/setup").toString());
        Files.createDirectories(deploy.folder("openbao/raft"));
    }

    /** The variables of the server and of every job. */
    Map<String, String> environment() {
        return Map.copyOf(environment);
    }

    /** The command of the server. */
    String[] server() {
        return new String[] {bao.toString(), "server", "-config=" + deploy.file("openbao/server.hcl")};
    }

    /** The command of one of the jobs. */
    String job(String name) {
        return deploy.file("openbao/" + name).toString();
    }
}
