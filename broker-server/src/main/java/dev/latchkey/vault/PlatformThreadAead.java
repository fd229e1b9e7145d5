package dev.latchkey.vault;

import com.google.crypto.tink.Aead;
import java.security.GeneralSecurityException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An {@link Aead} of Tink that works on a few platform threads. Tink keeps ciphers and a source of randomness per thread. To
 * make that source it looks for classes that do not exist, under a lock that pins the carrier thread. Each renewal has a new
 * virtual thread, so each one would do that again: a burst of renewals would wait for the class loader. Thread-safe.
 */
public final class PlatformThreadAead implements Aead {

    /** One for all, since ciphers are made where no container is. */
    private static final ExecutorService THREADS = Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().name("cipher-", 0).daemon().factory());

    private final Aead aead;

    /** The same, on platform threads. */
    public PlatformThreadAead(Aead aead) {
        this.aead = aead;
    }

    @Override
    public byte[] encrypt(byte[] plaintext, byte[] associatedData) throws GeneralSecurityException {
        return done(() -> aead.encrypt(plaintext, associatedData));
    }

    @Override
    public byte[] decrypt(byte[] ciphertext, byte[] associatedData) throws GeneralSecurityException {
        return done(() -> aead.decrypt(ciphertext, associatedData));
    }

    /** Returns when the work has ended, also for a thread that is interrupted: its arrays may be wiped then. */
    private static byte[] done(Work work) throws GeneralSecurityException {
        CompletableFuture<byte[]> result = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.bytes();
                    } catch (GeneralSecurityException e) {
                        throw new CompletionException(e);
                    }
                },
                THREADS);
        try {
            return result.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case GeneralSecurityException refused -> throw refused;
                case RuntimeException failed -> throw failed;
                case null, default -> throw e;
            }
        }
    }

    private interface Work {
        byte[] bytes() throws GeneralSecurityException;
    }
}
