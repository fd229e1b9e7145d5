package dev.latchkey.problem;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.persistence.PersistenceException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/** Throws whatever a resource can throw, each with a marked text. Part of the tests only. */
@Path("/test-only/failures")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class FailingResource {

    static final String MARK = "CANARY-c0ffee";

    @GET
    @Path("/{kind}")
    @PermitAll
    public String fail(@PathParam("kind") String kind) throws Exception {
        switch (kind) {
            case "runtime" -> throw new IllegalStateException(MARK);
            case "error" -> throw new AssertionError(MARK);
            case "checked" -> throw new Exception(MARK);
            case "io" -> throw new UncheckedIOException(new IOException(MARK));
            case "wrapped" -> throw new CompletionException(MARK, problem());
            case "problem" -> throw problem();
            case "limited" ->
                throw new BrokerException(ProblemType.RATE_LIMITED, "Slow down.")
                        .retryAfter(Duration.ofMillis(2100))
                        .with("limit", 7);
            case "sql" -> throw new PersistenceException(MARK, new SQLException(MARK, "08006"));
            case "pool" -> throw new PersistenceException(MARK, new SQLTransientConnectionException(MARK));
            case "exhausted" -> throw new SQLException(MARK);
            case "constraint" -> throw new PersistenceException(MARK, new SQLException(MARK, "23505"));
            case "web" -> throw new WebApplicationException(MARK, 418);
            case "gateway" -> throw new WebApplicationException(MARK, 502);
            default -> throw new NotFoundException(MARK);
        }
    }

    @GET
    @Path("/converted/{id}")
    @PermitAll
    public String convert(@PathParam("id") UUID id, @QueryParam("size") int size) {
        return "{}";
    }

    /** Has no annotation about rights, so nobody may call it. */
    @POST
    @Path("/unannotated")
    public String open() {
        return "{}";
    }

    private static BrokerException problem() {
        return new BrokerException(ProblemType.CONFLICT, "It changed meanwhile.", new IllegalStateException(MARK));
    }
}
