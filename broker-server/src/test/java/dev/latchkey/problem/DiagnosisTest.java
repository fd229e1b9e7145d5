package dev.latchkey.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.testkit.TestDatabase;
import jakarta.transaction.RollbackException;
import java.sql.DriverManager;
import java.sql.SQLException;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller is told, by causes of causes as the libraries hand them on. */
class DiagnosisTest {

    @Test
    @DisplayName("R47 what the database said to a commit is found where a transaction manager keeps it")
    void suppressed() {
        XAException refused = new XAException(XAException.XAER_RMFAIL);
        refused.initCause(gone());
        IllegalStateException commit = new IllegalStateException("the commit failed");
        commit.addSuppressed(refused);

        assertThat(Diagnosis.of(new RuntimeException(commit)).type()).isEqualTo(ProblemType.STORE_UNAVAILABLE);
    }

    @Test
    @DisplayName("R47 a cause says more than what was suppressed, and what fits nothing is internal")
    void causesFirst() {
        IllegalStateException thrown =
                new IllegalStateException(new BrokerException(ProblemType.NOT_FOUND, "Not found."));
        thrown.addSuppressed(gone());

        assertThat(Diagnosis.of(thrown).type()).isEqualTo(ProblemType.NOT_FOUND);
        assertThat(Diagnosis.of(new SQLException("a rule was broken", "23505")).type())
                .isEqualTo(ProblemType.INTERNAL);
    }

    @Test
    @DisplayName("R47 R51 a transaction whose time was over is the store's trouble, one that broke a rule is ours")
    void ranOutOfTime() {
        RollbackException late = new RollbackException("late");
        RollbackException broken = new RollbackException("broken");
        broken.initCause(new SQLException("a rule was broken", "23505"));

        assertThat(Diagnosis.of(new IllegalStateException(late)).type()).isEqualTo(ProblemType.STORE_UNAVAILABLE);
        assertThat(Diagnosis.of(new IllegalStateException(broken)).type()).isEqualTo(ProblemType.INTERNAL);
    }

    private static SQLException gone() {
        return new SQLException("the connection is gone", "08006");
    }

    @ParameterizedTest
    @ValueSource(strings = {"08006", "40001", "53300", "57P01", "58030", "25006"})
    @DisplayName("R45 a state that means \"not now\" is store_unavailable")
    void notNow(String state) {
        assertThat(problem(new SQLException("any", state))).isEqualTo(ProblemType.STORE_UNAVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"23505", "42601", "22001"})
    @DisplayName("a state that means a mistake of ours is internal")
    void ours(String state) {
        assertThat(problem(new SQLException("any", state))).isEqualTo(ProblemType.INTERNAL);
    }

    @Test
    @DisplayName("R45 a connection whose making was broken off, as a pool does in time, is store_unavailable")
    void brokenOff() {
        String url = TestDatabase.direct().url() + "?loginTimeout=10";
        Thread.currentThread().interrupt();
        try {
            // with a limit of its own the driver connects in another thread, and is interrupted while it waits for that
            SQLException thrown = catchThrowableOfType(
                    SQLException.class, () -> DriverManager.getConnection(url, "nobody", "nothing"));
            assertThat(thrown.getCause()).hasMessage("Interrupted while attempting to connect.");
            assertThat(problem(thrown)).isEqualTo(ProblemType.STORE_UNAVAILABLE);
        } finally {
            Thread.interrupted();
        }
    }

    private static ProblemType problem(SQLException cause) {
        return Diagnosis.of(new IllegalStateException("wrapped", cause)).type();
    }
}
