package dev.latchkey.keycloak.claims;

import dev.latchkey.keycloak.broker.BrokerHttp;
import dev.latchkey.keycloak.broker.BrokerSettings;
import dev.latchkey.keycloak.broker.OwnToken;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ProtocolMapperContainerModel;
import org.keycloak.models.ProtocolMapperModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.ProtocolMapperConfigException;
import org.keycloak.protocol.oidc.mappers.AbstractOIDCProtocolMapper;
import org.keycloak.protocol.oidc.mappers.OIDCAccessTokenMapper;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.representations.AccessToken;

/**
 * Puts an app's active connections into the access token of its service account, and into no other: a person who logs in
 * at an app has no business with the app's connections. Options:
 * {@code --spi-protocol-mapper--latchkey-connections-mapper--url}, {@code …--audience}, {@code …--allow-plain-http}; off
 * without the first. Thread-safe after {@link #init}.
 */
public final class ConnectionsMapper extends AbstractOIDCProtocolMapper implements OIDCAccessTokenMapper {

    static final String ID = "latchkey-connections-mapper";
    private static final String CLAIM = "claim.name";
    private static final String MOST = "latchkey.most";
    private static final int MOST_BY_DEFAULT = 20;
    private static final int MOST_EVER = 100;

    private Optional<AppConnections> connections = Optional.empty();
    private String audience = "";

    @Override
    public void init(Config.Scope options) {
        Optional<BrokerSettings> settings = BrokerSettings.of(options);
        connections = settings.map(it -> new AppConnections(new BrokerHttp(it), System::nanoTime));
        audience = settings.map(BrokerSettings::audience).orElse("");
    }

    @Override
    public AccessToken transformAccessToken(
            AccessToken token,
            ProtocolMapperModel mapper,
            KeycloakSession session,
            UserSessionModel userSession,
            ClientSessionContext context) {
        ClientModel client = context.getClientSession().getClient();
        UserModel account = userSession.getUser();
        String claim = claim(mapper);
        if (connections.isEmpty()
                || !client.getId().equals(account.getServiceAccountClientLink())
                || !ClaimName.isAllowed(claim)) {
            return token;
        }
        String app = session.getContext().getRealm().getId() + "/" + client.getId();
        connections
                .get()
                .of(app, () -> OwnToken.of(session, client, account, audience))
                .map(found -> found.first(most(mapper)))
                .ifPresent(found -> write(found, claim, token));
        return token;
    }

    /** No claim means "not known now", an empty list "none". */
    private static void write(ConnectionList found, String claim, AccessToken token) {
        token.getOtherClaims().put(claim, found.items());
        if (found.hasMore()) {
            token.getOtherClaims().put(claim + "_more", true);
        }
    }

    private static String claim(ProtocolMapperModel mapper) {
        return Optional.ofNullable(mapper.getConfig().get(CLAIM))
                .filter(it -> !it.isBlank())
                .orElse(ClaimName.DEFAULT);
    }

    private static int most(ProtocolMapperModel mapper) {
        return Optional.ofNullable(mapper.getConfig().get(MOST))
                .filter(ConnectionsMapper::isCount)
                .map(Integer::parseInt)
                .orElse(MOST_BY_DEFAULT);
    }

    private static boolean isCount(String text) {
        return text.matches("[1-9][0-9]{0,2}") && Integer.parseInt(text) <= MOST_EVER;
    }

    @Override
    public void validateConfig(
            KeycloakSession session,
            RealmModel realm,
            ProtocolMapperContainerModel container,
            ProtocolMapperModel mapper)
            throws ProtocolMapperConfigException {
        if (!ClaimName.isAllowed(claim(mapper))) {
            throw new ProtocolMapperConfigException("The claim's name is taken or malformed");
        }
        @Nullable String most = mapper.getConfig().get(MOST);
        if (most != null && !most.isBlank() && !isCount(most)) {
            throw new ProtocolMapperConfigException("The number of connections is 1 to " + MOST_EVER);
        }
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        return List.of(
                new ProviderConfigProperty(
                        CLAIM,
                        "Claim",
                        "The name of the claim in the access token",
                        ProviderConfigProperty.STRING_TYPE,
                        ClaimName.DEFAULT),
                new ProviderConfigProperty(
                        MOST,
                        "Most connections",
                        "How many connections a token holds at most, up to " + MOST_EVER,
                        ProviderConfigProperty.STRING_TYPE,
                        Integer.toString(MOST_BY_DEFAULT)));
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getDisplayCategory() {
        return TOKEN_MAPPER_CATEGORY;
    }

    @Override
    public String getDisplayType() {
        return "Latchkey connections";
    }

    @Override
    public String getHelpText() {
        return "Adds the active connections of an app at Latchkey to the access token of its service account";
    }
}
