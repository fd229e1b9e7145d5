package dev.latchkey.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Causes of causes, as the libraries hand them on. */
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

    private static SQLException gone() {
        return new SQLException("the connection is gone", "08006");
    }
}
