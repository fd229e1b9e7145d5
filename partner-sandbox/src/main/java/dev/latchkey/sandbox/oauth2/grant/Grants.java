package dev.latchkey.sandbox.oauth2.grant;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Every code, family and token of every partner, by value. Thread-safe. */
public final class Grants {

    private final Clock clock;
    private final TokenSource tokens;
    private final AtomicLong lastFamily = new AtomicLong();
    private final Map<String, AuthorizationCode> codes = new ConcurrentHashMap<>();
    private final Map<Long, Family> families = new ConcurrentSkipListMap<>();
    private final Map<String, Family> ofClients = new ConcurrentHashMap<>();
    private final Map<String, Family> byAccessToken = new ConcurrentHashMap<>();
    private final Map<String, Family> byRefreshToken = new ConcurrentHashMap<>();

    public Grants(Clock clock, TokenSource tokens) {
        this.clock = clock;
        this.tokens = tokens;
    }

    /** Hands out a code. */
    public String issueCode(AuthorizationCode.Binding binding) {
        String code = tokens.next("code");
        codes.put(code, new AuthorizationCode(binding));
        return code;
    }

    /** Keeps a code that somebody else has made up. */
    public void keepCode(String code, AuthorizationCode.Binding binding) {
        codes.put(code, new AuthorizationCode(binding));
    }

    public Optional<AuthorizationCode> code(String partner, String value) {
        return Optional.ofNullable(codes.get(value))
                .filter(code -> code.binding().subject().partner().equals(partner));
    }

    /** A new family, for a new consent. */
    public Family open(Family.Subject subject) {
        long number = lastFamily.incrementAndGet();
        Family family = new Family("family-" + number, subject, tokens);
        families.put(number, family);
        return family;
    }

    /** The one family of a client's own access (RFC 6749 s.4.4). */
    public Family ofClient(Family.Subject subject) {
        String key = subject.partner() + "\n" + subject.clientId() + "\n"
                + String.join(" ", subject.scopes().stream().sorted().toList());
        return ofClients.computeIfAbsent(key, k -> open(subject));
    }

    /** The first tokens of a family, or one more access token for a client's own. */
    public TokenPair issue(Family family, RefreshRules rules, boolean withRefreshToken) {
        return indexed(family, family.first(rules, clock.instant(), withRefreshToken));
    }

    /** Uses a refresh token; {@code keepToken} says that the client will not be told of a new one. */
    public RefreshOutcome refresh(Family family, String presented, RefreshRules rules, BooleanSupplier keepToken) {
        RefreshOutcome outcome = family.refresh(presented, rules, clock.instant(), keepToken);
        if (outcome instanceof RefreshOutcome.Renewed renewed) {
            indexed(family, renewed.pair());
        }
        return outcome;
    }

    public Optional<Family> byRefreshToken(String partner, String token) {
        return Optional.ofNullable(byRefreshToken.get(token))
                .filter(family -> family.subject().partner().equals(partner));
    }

    public Optional<Family> byAccessToken(String partner, String token) {
        return Optional.ofNullable(byAccessToken.get(token))
                .filter(family -> family.subject().partner().equals(partner));
    }

    /** Ends one access token. */
    public void endAccessToken(Family family, String token) {
        family.dropAccessToken(token);
    }

    /** Ends a family with everything in it. */
    public void end(Family family, String reason) {
        family.kill(reason);
        ofClients.values().remove(family);
    }

    public Optional<Family> family(String id) {
        return families.values().stream()
                .filter(family -> family.id().equals(id))
                .findFirst();
    }

    /** All families, oldest first. */
    public List<Family.Snapshot> snapshots() {
        return families.values().stream()
                .map(family -> family.snapshot(clock.instant()))
                .toList();
    }

    /** Forgets everything; family numbers go on, so that an old one is never mistaken for a new one. */
    public void clear() {
        codes.clear();
        families.clear();
        ofClients.clear();
        byAccessToken.clear();
        byRefreshToken.clear();
    }

    private TokenPair indexed(Family family, TokenPair pair) {
        family.forgetEnded(clock.instant()).forEach(byAccessToken::remove);
        byAccessToken.put(pair.accessToken(), family);
        pair.refreshToken().ifPresent(token -> byRefreshToken.put(token, family));
        return pair;
    }
}
