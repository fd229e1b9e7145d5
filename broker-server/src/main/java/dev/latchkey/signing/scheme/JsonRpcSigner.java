package dev.latchkey.signing.scheme;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.nonce.LaneTurn;
import dev.latchkey.nonce.NonceLanes;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Completes JSON-RPC 2.0 calls with the key, a nonce that grows with every call of the key, and SHA-256 of method, nonce
 * and secret in hex. That covers no parameter, so a grant has to name each method (R117). A nonce that was used is
 * never used again, whatever became of the request (R116). Thread-safe.
 */
@ApplicationScoped
final class JsonRpcSigner implements RequestSigner {

    private static final Set<String> TYPES = Set.of("application/json");

    private final NonceLanes lanes;

    JsonRpcSigner(NonceLanes lanes) {
        this.lanes = lanes;
    }

    @Override
    public SigningScheme scheme() {
        return SigningScheme.JSON_RPC_NONCE;
    }

    @Override
    public Set<String> methodsOf(PartnerRequest bare) {
        return read(bare, Set.of()).calls().stream().map(RpcBody.Call::method).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public boolean openByDefault() {
        return false;
    }

    @Override
    public boolean readsBody(PartnerRequest head) {
        return true;
    }

    @Override
    public Turn takeTurn(HandshakeContext context) {
        LaneTurn turn = lanes.takeTurn(ApiKey.of(context).key());
        return turn::close;
    }

    /** To be called by the thread that took the turn; without a turn it waits for a short one of its own. */
    @Override
    public PartnerRequest sign(HandshakeContext context, Credential credential, PartnerRequest bare) {
        requireOneAddress(context, bare);
        Dialect dialect = context.partner().profile().dialect();
        List<String> names = List.of(dialect.name("api_key"), dialect.name("nonce"), dialect.name("signature"));
        RpcBody body = read(bare, Set.copyOf(names));
        ApiKey key = ApiKey.of(context);
        long[] nonces = lanes.next(key.key(), body.calls().size());
        List<String> members = new ArrayList<>();
        for (int i = 0; i < nonces.length; i++) {
            members.add(members(names, key, body.calls().get(i).method(), nonces[i]));
        }
        PartnerRequest out = new PartnerRequest(bare.method(), bare.uri(), bare.headers(), body.completed(members));
        return MediaTypes.with(out, "Content-Type", "application/json");
    }

    private static RpcBody read(PartnerRequest bare, Set<String> reserved) {
        if (!bare.method().equals("POST")) {
            throw BrokerException.invalid("/method", "JSON-RPC calls are POST requests.");
        }
        MediaTypes.require(bare, TYPES);
        return RpcBody.read(bare.body(), reserved, NonceLanes.MOST_OF_A_TURN);
    }

    /** All methods have the one address, so that nothing is said by a path or a query. */
    private static void requireOneAddress(HandshakeContext context, PartnerRequest bare) {
        if (!bare.uri().equals(context.metadata().endpoints().require(EndpointName.API_BASE))) {
            throw new BrokerException(ProblemType.URL_NOT_ALLOWED, "This partner has one address for all calls.");
        }
    }

    private static String members(List<String> names, ApiKey key, String method, long nonce) {
        return quoted(names.get(0)) + ":" + quoted(key.key().reveal(Purpose.SEND_TO_PARTNER)) + ","
                + quoted(names.get(1)) + ":" + nonce + ","
                + quoted(names.get(2)) + ":" + quoted(digest(method, nonce, key.secret()));
    }

    /** In hex, over the three texts one after another. */
    static String digest(String method, long nonce, Secret secret) {
        return Secret.of(method + nonce + secret.reveal(Purpose.SEND_TO_PARTNER))
                .sha256Hex();
    }

    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
