package dev.latchkey.partner;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.oauth2.sdk.ParseException;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.guard.SsrfGuard;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Reads the metadata of issuers and keeps it for ten minutes; an issuer whose metadata cannot be read is left alone for half
 * a minute. Callers that ask for the same document at the same time
 * wait for one request. Thread-safe.
 */
@ApplicationScoped
public final class IssuerMetadata implements MetadataReader {

    private static final Duration KEPT = Duration.ofMinutes(10);
    private static final Duration LEFT_ALONE = Duration.ofSeconds(30);
    private static final int MOST_ISSUERS = 1000;
    private static final int MOST_REDIRECTS = 2;

    private final PartnerHttp http;
    private final SsrfGuard guard;
    private final Cache<Source, IssuerDocument> documents;
    private final Cache<Source, BrokerException> failures;
    private final ConcurrentMap<Source, CompletableFuture<IssuerDocument>> reading = new ConcurrentHashMap<>();

    /** Where a document is read from, and how we name ourselves there. */
    private record Source(URI issuer, boolean openid, Map<String, String> headers) {}

    IssuerMetadata(PartnerHttp http, SsrfGuard guard, Clock clock) {
        this.http = http;
        this.guard = guard;
        this.documents = kept(KEPT, clock);
        this.failures = kept(LEFT_ALONE, clock);
    }

    private static <T> Cache<Source, T> kept(Duration time, Clock clock) {
        return Caffeine.newBuilder()
                .expireAfterWrite(time)
                .maximumSize(MOST_ISSUERS)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    @Override
    public ProviderMetadata metadataOf(Partner partner) {
        CatalogEntry profile = partner.profile();
        Optional<URI> issuer = profile.endpoints().get(EndpointName.ISSUER);
        if (issuer.isEmpty()) {
            return new ProviderMetadata(Optional.empty(), profile.issuerInCallback(), profile.endpoints());
        }
        IssuerDocument document = document(source(issuer.get(), profile));
        if (!document.isOf(issuer.get())) {
            throw new BrokerException(
                    ProblemType.PARTNER_MISCONFIGURED, "The partner's metadata names another issuer.");
        }
        return document.complete(profile, this::vetNow);
    }

    /** It is the partner who is wrong now, not the caller. */
    private void vetNow(URI uri) {
        try {
            guard.check(uri);
        } catch (BrokerException e) {
            throw new BrokerException(
                    ProblemType.PARTNER_BAD_RESPONSE,
                    "The partner's metadata names an address that is not allowed.",
                    e);
        }
    }

    /**
     * The document of an issuer as it is now, read anew and kept, a failure is not; for the moment at which a profile is
     * saved.
     */
    public IssuerDocument readAnew(URI issuer, CatalogEntry profile) {
        Source source = source(issuer, profile);
        documents.invalidate(source);
        failures.invalidate(source);
        try {
            return document(source);
        } catch (BrokerException e) {
            failures.invalidate(source);
            throw e;
        }
    }

    private static Source source(URI issuer, CatalogEntry profile) {
        return new Source(issuer, profile.openid(), profile.headers());
    }

    /** The first caller reads, in its own thread; a failure is told to everybody who waited or asks soon. */
    private IssuerDocument document(Source source) {
        CompletableFuture<IssuerDocument> mine = new CompletableFuture<>();
        CompletableFuture<IssuerDocument> running = reading.putIfAbsent(source, mine);
        if (running != null) {
            return join(running);
        }
        try {
            mine.complete(documents.get(source, this::readUnlessItFailed));
        } catch (RuntimeException | Error e) {
            mine.completeExceptionally(e);
        } finally {
            reading.remove(source, mine);
        }
        return join(mine);
    }

    private static IssuerDocument join(CompletableFuture<IssuerDocument> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BrokerException problem ? problem : e;
        }
    }

    private IssuerDocument readUnlessItFailed(Source source) {
        BrokerException failed = failures.getIfPresent(source);
        if (failed != null) {
            throw failed;
        }
        try {
            return read(source);
        } catch (BrokerException e) {
            failures.put(source, e);
            throw e;
        }
    }

    private IssuerDocument read(Source source) {
        for (URI location : IssuerDocument.locations(source.issuer(), source.openid())) {
            PartnerResponse answer = get(source, location);
            if (answer.status() == 200) {
                return parse(answer);
            }
            if (answer.status() >= 500 || answer.status() == 429) {
                throw new BrokerException(
                        ProblemType.PARTNER_UNAVAILABLE, "The partner does not give its metadata now.");
            }
        }
        throw new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner has no metadata at its issuer.");
    }

    private PartnerResponse get(Source source, URI location) {
        PartnerRequest request = PartnerRequest.get(location);
        for (Map.Entry<String, String> header : source.headers().entrySet()) {
            request = request.withHeader(header.getKey(), header.getValue());
        }
        try {
            return http.getFollowing(request, MOST_REDIRECTS);
        } catch (PartnerCallException e) {
            throw e.toProblem();
        }
    }

    private static IssuerDocument parse(PartnerResponse answer) {
        try {
            return IssuerDocument.parse(answer.body());
        } catch (ParseException | IllegalArgumentException e) {
            throw new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner's metadata cannot be read.", e);
        }
    }
}
