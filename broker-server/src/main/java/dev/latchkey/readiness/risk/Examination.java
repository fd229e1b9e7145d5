package dev.latchkey.readiness.risk;

import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Runs all checks: at the start, where each finding is a line of the log and severe ones stop a production, and when an
 * admin asks. Comes before all that uses a secret or makes one.
 */
@Singleton
final class Examination {

    private static final Logger LOG = Logger.getLogger(Examination.class);

    private final List<ReadinessCheck> checks;
    private final RiskConfig config;

    Examination(@All List<ReadinessCheck> checks, RiskConfig config) {
        this.checks = checks;
        this.config = config;
    }

    void atStart(@Observes @Priority(3) StartupEvent starting) {
        List<Finding> findings = findings();
        findings.forEach(Examination::tell);
        Set<String> stopping = findings.stream()
                .filter(this::stops)
                .map(finding -> finding.risk().property())
                .collect(Collectors.toSet());
        if (config.production() && !stopping.isEmpty()) {
            throw new ConfigurationException(
                    "latchkey.readiness.production: severe risks stop this start: "
                            + findings.stream()
                                    .filter(this::stops)
                                    .map(Finding::risk)
                                    .map(risk -> risk.wireName() + " (" + risk.property() + ")")
                                    .collect(Collectors.joining(", ")),
                    stopping);
        }
    }

    /** All findings, in the order of the list of risks. */
    List<Finding> findings() {
        return checks.stream()
                .flatMap(check -> check.look().stream())
                .sorted(Comparator.comparing(Finding::risk))
                .toList();
    }

    /** Whether the operator has accepted it. */
    boolean isAccepted(Risk risk) {
        return config.accepted().orElse(Set.of()).contains(risk);
    }

    boolean isProduction() {
        return config.production();
    }

    private boolean stops(Finding finding) {
        return finding instanceof Finding.Present(Risk risk)
                && risk.weight() == Risk.Weight.SEVERE
                && !isAccepted(risk);
    }

    private static void tell(Finding finding) {
        Risk risk = finding.risk();
        switch (finding) {
            case Finding.Fine fine -> LOG.infof("readiness %s: fine", risk.wireName());
            case Finding.NotKnown unknown ->
                LOG.warnf("readiness %s: not known; %s: %s", risk.wireName(), risk.property(), risk.advice());
            case Finding.Present present ->
                LOG.warnf(
                        "readiness %s: %s; %s: %s",
                        risk.wireName(), risk.weight().wireName(), risk.property(), risk.advice());
        }
    }
}
