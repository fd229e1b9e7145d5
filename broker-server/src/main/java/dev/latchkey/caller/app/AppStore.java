package dev.latchkey.caller.app;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Rows of table {@code app}. Thread-safe. */
@ApplicationScoped
class AppStore implements PanacheRepositoryBase<AppRow, String> {

    /** SQLSTATE of PostgreSQL. */
    static final String UNIQUE_VIOLATION = "23505";

    /** SQLSTATE of PostgreSQL. */
    static final String FOREIGN_KEY_VIOLATION = "23503";

    /** The newest apps, or those before the cursor. */
    List<AppRow> page(Optional<AppCursor> after, int size) {
        String order = " order by createdAt desc, id desc";
        return after.map(
                        it -> find("(createdAt < ?1 or (createdAt = ?1 and id < ?2))" + order, it.createdAt(), it.id()))
                .orElseGet(() -> find("from AppRow" + order))
                .page(0, size)
                .list();
    }

    /** Whether the app has grants, or anything else that rests on it. */
    boolean isInUse(String id) {
        Object used = getEntityManager()
                .createNativeQuery("select exists (select 1 from connection_grant where app = ?1)"
                        + " or exists (select 1 from standing_approval where app = ?1)")
                .setParameter(1, id)
                .getSingleResult();
        return Boolean.TRUE.equals(used);
    }

    /** Whether the database refused for the given SQLSTATE. */
    static boolean refusedFor(String state, PersistenceException refused) {
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && state.equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
