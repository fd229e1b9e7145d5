package dev.latchkey.caller.authentication;

import dev.latchkey.audit.Actor;
import dev.latchkey.caller.Caller;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.ProvenCaller;
import dev.latchkey.caller.ProvenCaller.ProvenApp;
import dev.latchkey.caller.ProvenCaller.ProvenPerson;
import dev.latchkey.caller.limit.AppRates;
import dev.latchkey.caller.limit.Attempt;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.problem.RequestId;
import dev.latchkey.secret.Secret;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** The caller of the current request, from the identity that {@link CallerMechanism} has given it. */
@RequestScoped
class RequestCaller implements CurrentCaller {

    private final SecurityIdentity identity;
    private final Authentication authentication;
    private final AppRates rates;
    private final RoutingContext context;

    RequestCaller(SecurityIdentity identity, Authentication authentication, AppRates rates, RoutingContext context) {
        this.identity = identity;
        this.authentication = authentication;
        this.rates = rates;
        this.context = context;
    }

    @Override
    public Caller get() {
        return caller(identity.getAttribute(CallerMechanism.CALLER));
    }

    @Override
    public Caller prove(Secret bearer) {
        PresentedCredential credential = new PresentedCredential.Bearer(bearer);
        ProvenCaller proven = authentication
                .known(credential)
                .orElseGet(
                        () -> authentication.prove(credential, new Attempt(RequestId.of(context), sourceIp(context))));
        if (identity.isAnonymous()) { // else the request was counted when its header was read
            rates.count(proven);
        }
        return caller(proven);
    }

    private Caller caller(@Nullable ProvenCaller proven) {
        return switch (proven) {
            case ProvenApp(String id) -> new Caller.AppCaller(id, actor(Actor.Type.APP, id));
            case ProvenPerson(String name, var roles) ->
                new Caller.PersonCaller(name, roles, actor(Actor.Type.PERSON, name));
            case null -> throw new BrokerException(ProblemType.UNAUTHENTICATED, "Credentials are needed for this.");
        };
    }

    @Override
    public Actor anonymous(Actor.Type type) {
        return actor(type, "-");
    }

    /** The address of the peer of the connection; forwarded headers are not looked at (R143). */
    static String sourceIp(RoutingContext context) {
        SocketAddress peer = context.request().remoteAddress();
        String address = peer == null ? null : peer.hostAddress();
        return address == null ? "-" : address;
    }

    private Actor actor(Actor.Type type, String id) {
        return new Actor(type, id, RequestId.of(context), sourceIp(context));
    }
}
