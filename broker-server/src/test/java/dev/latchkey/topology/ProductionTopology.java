package dev.latchkey.topology;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A running production topology; what is started is gone after {@link #close()}. Not thread-safe. */
public interface ProductionTopology extends AutoCloseable {

    /** Where apps, people and browsers reach the brokers: the proxy. */
    URI broker();

    /** Where the partners are played. */
    URI sandbox();

    /** The issuer: Keycloak's realm. */
    URI realm();

    /** The password of Keycloak's own admin. */
    String keycloakPassword();

    /** The brokers. */
    List<Replica> replicas();

    /** The names of the brokers that the proxy sends requests to at present. */
    Set<String> inService();

    /** Restarts OpenBao, which is sealed then. */
    void sealSecretStore();

    /** Opens it again, as an operator does: {@code bring-up}. */
    void openSecretStore();

    /** Copies what everything printed so far into a folder; no secret is in it. */
    void keepLogs(Path folder);

    /** May be called twice, and from another thread. */
    @Override
    void close();

    /** One of the brokers. */
    interface Replica {

        /** Its name in the files of {@code deploy/}. */
        String name();

        /** Asks it to stop (SIGTERM) and waits; its exit status. */
        int stop();

        /** Kills it as a crash would. */
        void kill9();

        /** Starts it again; it needs a new SecretID, which is delivered. Returns when it is ready. */
        void startAgain();
    }
}
