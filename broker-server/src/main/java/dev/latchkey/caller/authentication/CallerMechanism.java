package dev.latchkey.caller.authentication;

import dev.latchkey.caller.ProvenCaller;
import dev.latchkey.caller.limit.AppRates;
import dev.latchkey.caller.limit.Attempt;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.problem.ProblemWriter;
import dev.latchkey.problem.RequestId;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.security.spi.runtime.BlockingSecurityExecutor;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** Where the framework asks who is calling. A credential verified before is answered on the spot, others on a worker. */
@Singleton
final class CallerMechanism implements HttpAuthenticationMechanism {

    /** Attribute of the identity that holds the {@link ProvenCaller}. */
    static final String CALLER = "latchkey.caller";

    private final Authentication authentication;
    private final AppRates rates;
    private final BlockingSecurityExecutor workers;
    private final ProblemWriter problems;

    CallerMechanism(
            Authentication authentication, AppRates rates, BlockingSecurityExecutor workers, ProblemWriter problems) {
        this.authentication = authentication;
        this.rates = rates;
        this.workers = workers;
        this.problems = problems;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        List<String> fields = context.request().headers().getAll("Authorization");
        if (fields.isEmpty()) {
            return Uni.createFrom().nullItem();
        }
        PresentedCredential credential;
        try {
            credential = PresentedCredential.parse(fields);
        } catch (BrokerException malformed) {
            return Uni.createFrom().failure(failure(malformed));
        }
        Optional<ProvenCaller> known = authentication.known(credential);
        if (known.isPresent()) {
            return Uni.createFrom()
                    .item(() -> counted(known.get()))
                    .onFailure(BrokerException.class)
                    .transform(CallerMechanism::failure);
        }
        Attempt attempt = new Attempt(RequestId.of(context), RequestCaller.sourceIp(context));
        return workers.executeBlocking(() -> counted(authentication.prove(credential, attempt)))
                .onFailure(BrokerException.class)
                .transform(CallerMechanism::failure);
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(ProblemType.UNAUTHENTICATED.status()));
    }

    /** Asked where no resource is concerned, such as for the metrics. */
    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        problems.send(context, new BrokerException(ProblemType.UNAUTHENTICATED, "Credentials are needed for this."));
        return Uni.createFrom().item(true);
    }

    private static AuthenticationFailedException failure(Throwable problem) {
        return new AuthenticationFailedException(problem);
    }

    private SecurityIdentity counted(ProvenCaller caller) {
        rates.count(caller);
        return identity(caller);
    }

    private static SecurityIdentity identity(ProvenCaller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(caller.name()))
                .addRoles(caller.roles())
                .addAttribute(CALLER, caller)
                .build();
    }
}
