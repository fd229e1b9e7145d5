package dev.latchkey.sandbox.oauth2;

import dev.latchkey.sandbox.fault.FaultQueue;
import dev.latchkey.sandbox.journal.AssertionLog;
import dev.latchkey.sandbox.journal.Counters;
import dev.latchkey.sandbox.journal.RequestLog;
import dev.latchkey.sandbox.key.NonceBook;
import dev.latchkey.sandbox.noon.NoonBook;
import dev.latchkey.sandbox.oauth1.Tokens;
import dev.latchkey.sandbox.oauth2.client.AssertionVerifier;
import dev.latchkey.sandbox.oauth2.client.ClientRegistry;
import dev.latchkey.sandbox.oauth2.grant.Grants;
import dev.latchkey.sandbox.oauth2.grant.TokenSource;
import dev.latchkey.sandbox.webhook.WebhookBook;
import java.net.URI;
import java.time.Clock;
import java.util.random.RandomGenerator;

/** Everything a running sandbox remembers. Each part is thread-safe by itself. */
public final class World {

    private final URI base;
    private final Clock clock;
    private final TokenSource tokens;
    private final Grants grants;
    private final AssertionVerifier assertions;
    private final PendingConsents consents;
    private final ClientRegistry clients = new ClientRegistry();
    private final SettingsBook settings = new SettingsBook();
    private final FaultQueue faults = new FaultQueue();
    private final Counters counters = new Counters();
    private final RequestLog requests = new RequestLog();
    private final Tokens oauth1 = new Tokens();
    private final NoonBook noon;
    private final AssertionLog assertionLog = new AssertionLog();
    private final NonceBook nonces = new NonceBook();
    private final WebhookBook webhooks;

    public World(URI base, Clock clock, RandomGenerator random) {
        this.base = base;
        this.clock = clock;
        this.tokens = new TokenSource(random);
        this.grants = new Grants(clock, tokens);
        this.consents = new PendingConsents(clock, tokens);
        this.noon = new NoonBook(clock, tokens);
        this.assertions = new AssertionVerifier(clock, assertionLog);
        this.webhooks = new WebhookBook(tokens, clock);
    }

    /** Where the sandbox is reached, without a slash at the end. */
    public URI base() {
        return base;
    }

    public Clock clock() {
        return clock;
    }

    public TokenSource tokens() {
        return tokens;
    }

    public Grants grants() {
        return grants;
    }

    public AssertionVerifier assertions() {
        return assertions;
    }

    public PendingConsents consents() {
        return consents;
    }

    public ClientRegistry clients() {
        return clients;
    }

    public SettingsBook settings() {
        return settings;
    }

    public FaultQueue faults() {
        return faults;
    }

    public Counters counters() {
        return counters;
    }

    public NoonBook noon() {
        return noon;
    }

    public RequestLog requests() {
        return requests;
    }

    public Tokens oauth1() {
        return oauth1;
    }

    public AssertionLog assertionLog() {
        return assertionLog;
    }

    public NonceBook nonces() {
        return nonces;
    }

    public WebhookBook webhooks() {
        return webhooks;
    }
}
