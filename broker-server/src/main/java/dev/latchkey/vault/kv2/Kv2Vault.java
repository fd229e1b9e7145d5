package dev.latchkey.vault.kv2;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.json.JsonValue;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The store in Vault or OpenBao, KV version 2. Every operation ends within its timeout, with at most one new login. Each
 * write carries a mark of its own, so that one whose answer was lost can be told from another of the same content.
 */
@ApplicationScoped
@Identifier("kv2")
final class Kv2Vault implements CredentialVault {

    private static final Logger LOG = Logger.getLogger(Kv2Vault.class);
    private static final VaultPath PROBE = VaultPath.installation("probe");
    private static final String MARK = "_write";
    /** A node that lags, or was the active one a moment ago, has caught up by then or will not within our time. */
    private static final int RE_READS = 2;

    private static final Duration LAG = Duration.ofMillis(100);

    private final Kv2Server server;
    private final Grants grants;
    private final Standbys standbys;
    private final String mount;
    private final Duration timeout;
    private volatile boolean mountProven;

    /** Throws {@link IllegalStateException} for a configuration that is incomplete or not safe. */
    @Inject
    Kv2Vault(Kv2Config config, MeterRegistry meters, Event<SecretIdIntercepted> interceptions) {
        this(config, System::nanoTime, meters, () -> interceptions.fire(new SecretIdIntercepted(config.role())));
    }

    /** The same, for those who are told otherwise. */
    Kv2Vault(Kv2Config config, LongSupplier nanos, MeterRegistry meters, Runnable interceptions) {
        this(config, new Kv2Server(config), nanos, meters, interceptions);
    }

    private Kv2Vault(
            Kv2Config config, Kv2Server server, LongSupplier nanos, MeterRegistry meters, Runnable interceptions) {
        this.server = server;
        this.mount = config.mount();
        this.standbys = new Standbys(server);
        this.timeout = config.timeout();
        Login login = switch (config.login()) {
            case APPROLE -> new AppRoleLogin(config, server, interceptions);
            case JWT -> new JwtLogin(config, server);
        };
        this.grants = new Grants(login, server, nanos, meters, timeout);
    }

    /** A version as it is stored. */
    private record Found(int version, SecretFields fields, String mark) {}

    @Override
    public Optional<StoredRecord> read(VaultPath path) {
        return find(path, Deadline.in(timeout)).map(found -> new StoredRecord(found.fields(), found.version()));
    }

    @Override
    public Optional<StoredRecord> read(VaultPath path, int known) {
        Deadline deadline = Deadline.in(timeout);
        Optional<Found> found = find(path, deadline);
        for (int again = 0; again < RE_READS && versionOf(found) < known; again++) {
            LOG.infof("%s is older than it was; reading it again", path.value());
            LockSupport.parkNanos(LAG.toNanos());
            found = find(path, deadline);
        }
        return found.map(it -> new StoredRecord(it.fields(), it.version()));
    }

    @Override
    public StaleReads staleReads() {
        Deadline deadline = Deadline.in(timeout);
        try {
            return standbys.staleReads(grants.current(deadline).token(), deadline);
        } catch (BrokerException e) {
            return StaleReads.NOT_KNOWN;
        }
    }

    @Override
    public int write(VaultPath path, SecretFields fields, int expectedVersion) throws VersionConflictException {
        fields.requireStorable();
        Deadline deadline = Deadline.in(timeout);
        String mark = UUID.randomUUID().toString();
        Map<String, Object> bare = new LinkedHashMap<>();
        fields.values().forEach((name, secret) -> bare.put(name, secret.reveal(Purpose.STORE)));
        bare.put(MARK, mark);
        Answer answer = ask(token -> server.write(token, place(path), bare, expectedVersion, deadline), deadline);
        if (answer.isConflict()) {
            throw new VersionConflictException(path, expectedVersion);
        }
        Optional<Integer> version = answer.isOk() ? answer.object("data").flatMap(Kv2Vault::version) : Optional.empty();
        if (version.isPresent()) {
            return version.get();
        }
        if (answer.isOk() || answer.isUnclear()) {
            return lookAgain(path, mark, expectedVersion, deadline);
        }
        throw unavailable("write", path, answer);
    }

    /** After a write whose answer was lost: done, overtaken, or not known. */
    private int lookAgain(VaultPath path, String mark, int expectedVersion, Deadline deadline)
            throws VersionConflictException {
        LOG.infof("the answer to a write of %s was lost; looking it up", path.value());
        Optional<Found> now = find(path, deadline);
        if (now.isPresent() && now.get().mark().equals(mark)) {
            return now.get().version();
        }
        if (versionOf(now) > expectedVersion) {
            throw new VersionConflictException(path, expectedVersion);
        }
        throw Grants.unavailable(); // it may still be done: the caller has to ask again
    }

    @Override
    public void destroy(VaultPath path) {
        Deadline deadline = Deadline.in(timeout);
        Answer answer = ask(token -> server.delete(token, place(path), deadline), deadline);
        if (answer.isUnclear()) { // doing it twice does no harm
            answer = ask(token -> server.delete(token, place(path), deadline), deadline);
        }
        if (!answer.isDone()) {
            throw unavailable("destroy", path, answer);
        }
    }

    @Override
    public void checkUsable() {
        int version = writeProbe();
        if (!mountProven) {
            while (version < 3) {
                version = writeProbe();
            }
            new MountProof(server, mount).require(grants, PROBE, version, Deadline.in(timeout));
            mountProven = true;
        }
    }

    /** Somebody else's write of the same moment proves as much as ours. */
    private int writeProbe() {
        int known = read(PROBE).map(StoredRecord::version).orElse(ABSENT);
        try {
            return write(PROBE, SecretFields.of("probe", Secret.of("probe")), known);
        } catch (VersionConflictException e) {
            return known + 1;
        }
    }

    private Optional<Found> find(VaultPath path, Deadline deadline) {
        return found(path, ask(token -> server.read(token, place(path), deadline), deadline));
    }

    private static Optional<Found> found(VaultPath path, Answer answer) {
        if (answer.isAbsent()) {
            return Optional.empty();
        }
        Optional<JsonObject> data = answer.isOk() ? answer.object("data") : Optional.empty();
        Optional<Integer> version = data.map(json -> json.get("metadata"))
                .filter(JsonValue::isObject)
                .flatMap(json -> version(json.asObject()));
        Optional<JsonObject> fields =
                data.map(json -> json.get("data")).filter(JsonValue::isObject).map(JsonValue::asObject);
        if (version.isEmpty() || fields.isEmpty()) {
            throw unavailable("read", path, answer);
        }
        return Optional.of(decode(path, version.get(), fields.get()));
    }

    private static Found decode(VaultPath path, int version, JsonObject fields) {
        Map<String, Secret> values = new LinkedHashMap<>();
        String mark = "";
        for (JsonObject.Member member : fields) {
            if (!member.getValue().isString() || member.getValue().asString().isEmpty()) {
                LOG.errorf("record %s was written by somebody else and cannot be read", path.value());
                throw Grants.unavailable();
            }
            if (member.getName().equals(MARK)) {
                mark = member.getValue().asString();
            } else {
                values.put(member.getName(), Secret.of(member.getValue().asString()));
            }
        }
        return new Found(version, new SecretFields(values), mark);
    }

    private static int versionOf(Optional<Found> found) {
        return found.map(Found::version).orElse(ABSENT);
    }

    private static Optional<Integer> version(JsonObject json) {
        int version = json.getInt("version", 0);
        return version > 0 ? Optional.of(version) : Optional.empty();
    }

    /** One request; one more with another token if this one is refused, since nothing was done then. */
    private Answer ask(Function<Secret, Answer> request, Deadline deadline) {
        Grant grant = grants.current(deadline);
        Answer answer = request.apply(grant.token());
        return answer.isForbidden()
                ? request.apply(grants.instead(grant, deadline).token())
                : answer;
    }

    private String place(VaultPath path) {
        return mount + "/" + path.value();
    }

    private static BrokerException unavailable(String what, VaultPath path, Answer answer) {
        LOG.warnf("the secret store could not %s %s: %s", what, path.value(), answer);
        return Grants.unavailable();
    }
}
