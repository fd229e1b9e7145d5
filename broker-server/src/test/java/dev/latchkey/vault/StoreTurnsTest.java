package dev.latchkey.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.Configs;
import jakarta.interceptor.InvocationContext;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoreTurnsTest {

    private final Transaction transaction = new Transaction();
    private final StoreTurns turns = new StoreTurns(Configs.of(VaultConfig.class, Map.of()), Duration.ofSeconds(4));

    @Test
    void whoIsInterruptedIsToldAsWhoWaitsTooLong() {
        Thread.currentThread().interrupt();

        Throwable thrown = catchThrowable(() -> turns.run(transaction));

        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        BrokerException.class,
                        told -> assertThat(told.type()).isEqualTo(ProblemType.STORE_UNAVAILABLE));
        assertThat(transaction.begun).isZero();
    }

    @Test
    void aTurnIsGivenBackByWhoFails() throws Exception {
        for (int i = 0; i < 10; i++) {
            transaction.fails = true;
            assertThat(catchThrowable(() -> turns.run(transaction))).isInstanceOf(IllegalStateException.class);
        }
        transaction.fails = false;

        assertThat(turns.run(transaction)).isEqualTo("done");
        assertThat(transaction.begun).isEqualTo(11);
    }

    /** Counts how often it begins. */
    private static final class Transaction implements InvocationContext {

        private int begun;
        private boolean fails;

        @Override
        public Object proceed() {
            begun++;
            if (fails) {
                throw new IllegalStateException("fails");
            }
            return "done";
        }

        @Override
        public Object getTarget() {
            return this;
        }

        @Override
        public @Nullable Object getTimer() {
            return null;
        }

        @Override
        public @Nullable Method getMethod() {
            return null;
        }

        @Override
        public @Nullable Constructor<?> getConstructor() {
            return null;
        }

        @Override
        public Object[] getParameters() {
            return new Object[0];
        }

        @Override
        public void setParameters(Object[] parameters) {}

        @Override
        public Map<String, Object> getContextData() {
            return Map.of();
        }
    }
}
