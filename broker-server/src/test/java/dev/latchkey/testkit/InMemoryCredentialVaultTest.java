package dev.latchkey.testkit;

import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import java.util.List;

class InMemoryCredentialVaultTest implements CredentialVaultContract {

    private final InMemoryCredentialVault vault = new InMemoryCredentialVault();

    @Override
    public CredentialVault vault() {
        return vault;
    }

    @Override
    public List<Integer> readableVersions(VaultPath path) {
        return vault.readableVersions(path);
    }

    @Override
    public void loseNextAcknowledgement() {
        vault.loseNextAcknowledgement();
    }
}
