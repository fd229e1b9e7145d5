package dev.latchkey.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.Aead;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PlatformThreadAeadTest {

    private static final byte[] TEXT = {1, 2, 3};
    private static final byte[] PLACE = {4};

    private final List<Thread> workers = new CopyOnWriteArrayList<>();

    /** Gives back what it gets, and remembers who asked. */
    private final Aead mirror = new PlatformThreadAead(new Aead() {
        @Override
        public byte[] encrypt(byte[] plaintext, byte[] associatedData) {
            workers.add(Thread.currentThread());
            return plaintext;
        }

        @Override
        public byte[] decrypt(byte[] ciphertext, byte[] associatedData) throws GeneralSecurityException {
            workers.add(Thread.currentThread());
            throw new GeneralSecurityException("changed");
        }
    });

    @Test
    void worksOnFewPlatformThreadsHoweverManyAsk() throws Exception {
        CountDownLatch all = new CountDownLatch(100);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(callers.submit(() -> {
                    all.countDown();
                    all.await();
                    return mirror.encrypt(TEXT, PLACE);
                }));
            }
            for (Future<byte[]> answer : answers) {
                assertThat(answer.get()).isSameAs(TEXT);
            }
        }

        assertThat(workers).hasSize(100).noneMatch(Thread::isVirtual);
        assertThat(workers.stream().distinct().count())
                .isLessThanOrEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void tellsWhatWasRefusedAsItWasTold() {
        assertThatThrownBy(() -> mirror.decrypt(TEXT, PLACE))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessage("changed");
    }

    @Test
    void tellsWhatFailedAsItWasTold() {
        Aead failing = new PlatformThreadAead(new Aead() {
            @Override
            public byte[] encrypt(byte[] plaintext, byte[] associatedData) {
                throw new IllegalStateException("no key");
            }

            @Override
            public byte[] decrypt(byte[] ciphertext, byte[] associatedData) {
                throw new IllegalStateException("no key");
            }
        });

        assertThatThrownBy(() -> failing.encrypt(TEXT, PLACE))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("no key");
        assertThatThrownBy(() -> failing.decrypt(TEXT, PLACE)).isExactlyInstanceOf(IllegalStateException.class);
    }

    @Test
    void endsItsWorkForOneThatIsInterrupted() throws Exception {
        Thread.currentThread().interrupt();

        assertThat(mirror.encrypt(TEXT, PLACE)).isSameAs(TEXT);

        assertThat(Thread.interrupted()).isTrue();
    }
}
