package dev.latchkey.vault.kv2;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * The client that the driver is given for one operation: the shared one, but each request has to be answered whole before
 * the operation's deadline, the answer is bounded, and no more requests are under way than may be. The driver itself
 * bounds none of these, and swallows interrupts.
 */
final class OneOperation extends HttpClient {

    private final HttpClient shared;
    private final Semaphore turns;
    private final Deadline deadline;
    private final ActiveNode activeNode;
    private volatile Optional<String> index = Optional.empty();

    OneOperation(HttpClient shared, Semaphore turns, Deadline deadline, ActiveNode activeNode) {
        this.activeNode = activeNode;
        this.shared = shared;
        this.turns = turns;
        this.deadline = deadline;
    }

    /** How far the node was that gave the last answer, if it told. */
    Optional<String> index() {
        return index;
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) throws IOException {
        try {
            if (!turns.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new HttpTimeoutException("no turn");
            }
            try {
                return awaitAnswer(sendAsync(request, handler));
            } finally {
                turns.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private <T> HttpResponse<T> awaitAnswer(CompletableFuture<HttpResponse<T>> answer)
            throws IOException, InterruptedException {
        boolean answered = false;
        try {
            HttpResponse<T> whole = answer.get(deadline.forOne().toNanos(), TimeUnit.NANOSECONDS);
            answered = true;
            index = whole.headers().firstValue(ActiveNode.INDEX);
            return whole;
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no whole answer in time");
        } catch (ExecutionException e) {
            throw new IOException("no whole answer");
        } finally {
            if (!answered) {
                answer.cancel(true);
            }
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        return shared.sendAsync(activeNode.only(request), head -> new BoundedAnswer<>(handler.apply(head)));
    }

    /** The driver sends nothing that a server could push for. */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, HttpResponse.BodyHandler<T> handler, HttpResponse.PushPromiseHandler<T> pushes) {
        return sendAsync(request, handler);
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return shared.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return shared.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return shared.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return shared.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return shared.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return shared.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return shared.authenticator();
    }

    @Override
    public Version version() {
        return shared.version();
    }

    @Override
    public Optional<Executor> executor() {
        return shared.executor();
    }
}
