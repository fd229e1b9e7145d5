package dev.latchkey.readiness.risk;

import dev.latchkey.caller.Roles;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;

/** {@code /api/v1/readiness}: which risky settings this very process runs with, for admins. */
@Path("/api/v1/readiness")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ReadinessResource {

    private final Examination examination;

    ReadinessResource(Examination examination) {
        this.examination = examination;
    }

    /**
     * One risk; {@code finding} is {@code fine}, {@code risky}, {@code severe} or {@code not_known}. What is not fine
     * says what to do.
     */
    public record RiskAnswer(
            String check, String finding, String property, boolean accepted, Optional<String> advice) {}

    /** All risks that are looked for, in the order of the list in the operator's guide. */
    public record ReadinessAnswer(boolean production, List<RiskAnswer> items) {}

    /** Looks at all of them now. */
    @GET
    @RolesAllowed(Roles.ADMIN)
    public ReadinessAnswer get() {
        return new ReadinessAnswer(
                examination.isProduction(),
                examination.findings().stream().map(this::answer).toList());
    }

    private RiskAnswer answer(Finding finding) {
        Risk risk = finding.risk();
        boolean accepted = examination.isAccepted(risk);
        return switch (finding) {
            case Finding.Fine fine ->
                new RiskAnswer(risk.wireName(), "fine", risk.property(), accepted, Optional.empty());
            case Finding.Present present ->
                new RiskAnswer(
                        risk.wireName(),
                        risk.weight().wireName(),
                        risk.property(),
                        accepted,
                        Optional.of(risk.advice()));
            case Finding.NotKnown unknown ->
                new RiskAnswer(risk.wireName(), "not_known", risk.property(), accepted, Optional.of(risk.advice()));
        };
    }
}
