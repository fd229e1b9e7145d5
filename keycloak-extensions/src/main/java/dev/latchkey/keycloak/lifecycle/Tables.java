package dev.latchkey.keycloak.lifecycle;

import java.util.List;
import org.keycloak.connections.jpa.entityprovider.JpaEntityProvider;

/** Has Keycloak make the tables of {@link Outbox} with its own, at its start. */
final class Tables implements JpaEntityProvider {

    @Override
    public List<Class<?>> getEntities() {
        return List.of();
    }

    @Override
    public String getChangelogLocation() {
        return "META-INF/latchkey-lifecycle-changelog.xml";
    }

    @Override
    public String getFactoryId() {
        return TablesFactory.ID;
    }

    @Override
    public void close() {}
}
