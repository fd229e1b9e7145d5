package dev.latchkey.keycloak.lifecycle;

import dev.latchkey.keycloak.lifecycle.Change.State;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.models.workflow.ResourceType;
import org.keycloak.models.workflow.WorkflowProviderEvent.WorkflowStepExecutedEvent;
import org.keycloak.provider.ProviderEvent;

/**
 * Makes Keycloak know {@link LifecycleListener} in every realm, listens to what Keycloak tells its own parts, and starts
 * the delivery. Without a configured broker it does nothing.
 */
public final class LifecycleListenerFactory implements EventListenerProviderFactory {

    private Optional<Settings> settings = Optional.empty();
    private @Nullable Delivery delivery;

    @Override
    public String getId() {
        return "latchkey-lifecycle";
    }

    @Override
    public boolean isGlobal() {
        return true;
    }

    @Override
    public void init(Config.Scope config) {
        settings = Settings.of(config);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        settings.ifPresent(known -> factory.register(event -> react(event, factory, known)));
    }

    @Override
    public EventListenerProvider create(KeycloakSession session) {
        return new LifecycleListener(session, settings);
    }

    private void react(ProviderEvent event, KeycloakSessionFactory factory, Settings known) {
        if (event instanceof PostMigrationEvent) {
            delivery = Delivery.start(factory, known);
        } else if (event instanceof UserModel.UserRemovedEvent removed) {
            put(
                    removed.getKeycloakSession(),
                    removed.getRealm(),
                    Change.user(removed.getUser().getId(), State.PURGED));
        } else if (event instanceof ClientModel.ClientRemovedEvent removed) {
            ClientModel client = removed.getClient();
            put(removed.getKeycloakSession(), client.getRealm(), Change.client(client.getClientId(), State.PURGED));
        } else if (event instanceof ClientModel.ClientUpdatedEvent updated) {
            ClientModel client = updated.getUpdatedClient();
            put(updated.getKeycloakSession(), client.getRealm(), present(client));
        } else if (event instanceof WorkflowStepExecutedEvent executed) {
            look(executed);
        }
    }

    /** A step of a workflow may have disabled somebody, which causes no other event. */
    private void look(WorkflowStepExecutedEvent executed) {
        KeycloakSession session = executed.getKeycloakSession();
        RealmModel realm = executed.getRealm();
        if (executed.getResourceType() == ResourceType.USERS) {
            UserModel user = session.users().getUserById(realm, executed.getResourceId());
            if (user != null) {
                put(session, realm, Change.user(user.getId(), State.of(user.isEnabled())));
            }
        } else if (executed.getResourceType() == ResourceType.CLIENTS) {
            ClientModel client = session.clients().getClientById(realm, executed.getResourceId());
            if (client != null) {
                put(session, realm, present(client));
            }
        }
    }

    private static Change present(ClientModel client) {
        return Change.client(client.getClientId(), State.of(client.isEnabled()));
    }

    private void put(KeycloakSession session, RealmModel realm, Change change) {
        if (settings.filter(it -> it.realm().equals(realm.getName())).isPresent()) {
            Outbox.of(session).put(change, System.currentTimeMillis());
        }
    }

    @Override
    public void close() {
        Delivery running = delivery;
        if (running != null) {
            running.close();
        }
    }
}
