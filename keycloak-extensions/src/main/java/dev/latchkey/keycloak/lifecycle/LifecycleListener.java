package dev.latchkey.keycloak.lifecycle;

import dev.latchkey.keycloak.lifecycle.Change.State;
import java.util.Optional;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Looks at users whenever something about them was changed: an admin's change, or a lock-out for good after too many wrong
 * passwords. Removals, all about clients, and what a workflow does come as Keycloak's internal events, see {@link
 * LifecycleListenerFactory}.
 */
final class LifecycleListener implements EventListenerProvider {

    private final KeycloakSession session;
    private final Optional<Settings> settings;

    LifecycleListener(KeycloakSession session, Optional<Settings> settings) {
        this.session = session;
        this.settings = settings;
    }

    @Override
    public void onEvent(Event event) {
        if (event.getType() == EventType.USER_DISABLED_BY_PERMANENT_LOCKOUT) {
            look(event.getRealmId(), event.getUserId());
        }
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {
        boolean changed = event.getOperationType() == OperationType.UPDATE
                || event.getOperationType() == OperationType.CREATE
                || event.getOperationType() == OperationType.ACTION;
        if (changed && event.getResourceType() == ResourceType.USER) {
            look(event.getRealmId(), event.getResourceId());
        }
    }

    private void look(String realmId, String userId) {
        RealmModel realm = session.realms().getRealm(realmId);
        if (realm == null
                || userId == null
                || settings.isEmpty()
                || !settings.get().realm().equals(realm.getName())) {
            return;
        }
        UserModel user = session.users().getUserById(realm, userId);
        if (user != null) {
            Outbox.of(session).put(Change.user(userId, State.of(user.isEnabled())), System.currentTimeMillis());
        }
    }

    @Override
    public void close() {}
}
