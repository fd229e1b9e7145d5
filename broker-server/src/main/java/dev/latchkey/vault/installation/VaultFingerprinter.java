package dev.latchkey.vault.installation;

import dev.latchkey.secret.Fingerprinter;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HexFormat;

/** Fingerprints under a key of the installation. */
@ApplicationScoped
final class VaultFingerprinter implements Fingerprinter {

    private static final int BYTES = 16;

    private final InstallationMac mac;

    VaultFingerprinter(CredentialVault vault, SecretGenerator generator) {
        this.mac = new InstallationMac(vault, generator, VaultPath.installation("fingerprint-key"));
    }

    @Override
    public String fingerprint(Secret secret) {
        return HexFormat.of().formatHex(mac.of(secret.reveal(Purpose.DIGEST)), 0, BYTES);
    }
}
