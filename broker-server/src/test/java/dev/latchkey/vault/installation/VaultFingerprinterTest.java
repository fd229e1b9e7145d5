package dev.latchkey.vault.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Fingerprinter;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.testkit.InMemoryCredentialVault;
import dev.latchkey.vault.VaultPath;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class VaultFingerprinterTest {

    private static final Secret TOKEN = Secret.of("a-token");

    private final InMemoryCredentialVault vault = new InMemoryCredentialVault();

    @Test
    @DisplayName("R172 a fingerprint is 128 bits of hex, the same for the same secret, and not its plain digest")
    void marksSecrets() {
        Fingerprinter fingerprinter = fingerprinter();

        assertThat(fingerprinter.fingerprint(TOKEN))
                .matches("[0-9a-f]{32}")
                .isEqualTo(fingerprinter.fingerprint(Secret.of("a-token")))
                .isNotEqualTo(fingerprinter.fingerprint(Secret.of("b-token")))
                .isNotEqualTo(TOKEN.sha256Hex().substring(0, 32));
    }

    @Test
    @DisplayName("the key outlives the process and differs between installations")
    void keepsItsKeyInTheVault() {
        String mark = fingerprinter().fingerprint(TOKEN);

        assertThat(fingerprinter().fingerprint(TOKEN)).isEqualTo(mark);
        vault.destroy(VaultPath.installation("fingerprint-key"));
        assertThat(fingerprinter().fingerprint(TOKEN)).isNotEqualTo(mark);
    }

    @Test
    @DisplayName("processes that start at once come to the same key")
    void agreesOnOneKey() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        Set<String> marks = new HashSet<>();
        try (ExecutorService processes = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> results = IntStream.range(0, 50)
                    .mapToObj(process -> processes.submit(() -> {
                        start.await();
                        return fingerprinter().fingerprint(TOKEN);
                    }))
                    .toList();
            start.countDown();
            for (Future<String> result : results) {
                marks.add(result.get());
            }
        }
        assertThat(marks).hasSize(1);
    }

    @Test
    @DisplayName("without the vault there is no fingerprint, and no key that would be forgotten again")
    void failsWithoutVault() {
        Fingerprinter fingerprinter = fingerprinter();
        vault.setUsable(false);

        assertThatThrownBy(() -> fingerprinter.fingerprint(TOKEN)).isInstanceOf(BrokerException.class);

        vault.setUsable(true);
        assertThat(fingerprinter.fingerprint(TOKEN)).isEqualTo(fingerprinter().fingerprint(TOKEN));
    }

    private Fingerprinter fingerprinter() {
        return new VaultFingerprinter(vault, new SecretGenerator(new SecureRandom()));
    }
}
