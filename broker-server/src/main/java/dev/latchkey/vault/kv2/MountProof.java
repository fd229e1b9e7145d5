package dev.latchkey.vault.kv2;

import dev.latchkey.vault.VaultPath;
import java.util.Map;

/**
 * Proves by trying, with no more rights than the broker needs anyway, that the mount is set up as it must be: it keeps two
 * versions (R41) and takes no write without check-and-set. The wrong mount stops the start.
 */
final class MountProof {

    private final Kv2Server server;
    private final String mount;

    MountProof(Kv2Server server, String mount) {
        this.server = server;
        this.mount = mount;
    }

    /** Throws {@link IllegalStateException} if it is not; needs a record with that version, which is at least 3. */
    void require(Grants grants, VaultPath probe, int version, Deadline deadline) {
        Grant grant = grants.current(deadline);
        Answer old = server.readVersion(grant.token(), mount, probe.value(), version - 2, deadline);
        if (old.isOk()) {
            throw new IllegalStateException(
                    "latchkey.vault.kv2.mount keeps more than two versions: set max_versions=2 (vault-policies/setup)");
        }
        Answer blind =
                server.writeBlindly(grant.token(), mount + "/" + probe.value(), Map.of("probe", "blind"), deadline);
        if (blind.isDone()) {
            throw new IllegalStateException(
                    "latchkey.vault.kv2.mount takes writes without check-and-set: set cas_required=true"
                            + " (vault-policies/setup)");
        }
        if (!old.isAbsent() || !blind.isRefused()) {
            throw Grants.unavailable();
        }
    }
}
