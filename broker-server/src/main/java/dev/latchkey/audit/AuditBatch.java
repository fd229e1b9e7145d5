package dev.latchkey.audit;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The one SQL statement that writes audit rows, however many. Stateless. */
final class AuditBatch {

    /**
     * Rows whose connection changed are left out, in the very statement that looks at it. An id that is there already is
     * not written again, and still answered as written.
     */
    private static final String INSERT = """
            with wanted as (
                select e.*
                from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[],
                            ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
                     with ordinality as e (id, actor, actor_type, action, connection, app, partner, outcome,
                            code, request_id, source_ip, token_fingerprint, details, guard, place)
                left join connection c on c.id = e.connection
                where e.guard is null or (c.status = 'active' and c.version = e.guard)
            ), written as (
                insert into audit_event (id, actor, actor_type, action, connection, app, partner, outcome, code,
                                         request_id, source_ip, token_fingerprint, details)
                select id, actor, actor_type, action, connection, app, partner, outcome, code,
                       request_id, source_ip, token_fingerprint, details::jsonb
                from wanted order by place
                on conflict (id) do nothing
            )
            select id from wanted
            """;

    private AuditBatch() {}

    /** An event and, where the connection must not have changed, its version. */
    record Entry(AuditEvent event, Optional<Long> guard) {}

    /** Writes the entries and returns the ids of those whose guard held. Does not commit. */
    static Set<UUID> insert(Connection connection, List<Entry> entries, Duration timeout) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setQueryTimeout(Math.toIntExact(Math.max(1, timeout.toSeconds())));
            bind(new Columns(connection, statement, entries));
            Set<UUID> written = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    written.add(rows.getObject(1, UUID.class));
                }
            }
            return written;
        }
    }

    private static void bind(Columns columns) throws SQLException {
        columns.add("uuid", AuditEvent::id);
        columns.addText(event -> Optional.of(event.actor().id()));
        columns.addText(event -> Optional.of(AuditText.name(event.actor().type())));
        columns.addText(event -> Optional.of(event.action().wireName()));
        columns.add("uuid", event -> event.connection().orElse(null));
        columns.addText(AuditEvent::app);
        columns.addText(AuditEvent::partner);
        columns.addText(event -> Optional.of(AuditText.name(event.outcome())));
        columns.addText(AuditEvent::code);
        columns.addText(event -> Optional.of(event.actor().requestId()));
        columns.addText(event -> Optional.of(event.actor().sourceIp()));
        columns.addText(AuditEvent::tokenFingerprint);
        columns.add("text", event -> AuditText.json(event.details()));
        columns.addGuards();
    }

    /** The entries, turned on their side: one array a column. */
    private static final class Columns {

        private final Connection connection;
        private final PreparedStatement statement;
        private final List<Entry> entries;
        private int next = 1;

        Columns(Connection connection, PreparedStatement statement, List<Entry> entries) {
            this.connection = connection;
            this.statement = statement;
            this.entries = entries;
        }

        void addText(Function<AuditEvent, Optional<String>> column) throws SQLException {
            add("text", event -> column.apply(event).map(AuditText::storable).orElse(null));
        }

        void add(String type, Function<AuditEvent, @Nullable Object> column) throws SQLException {
            set(type, entries.stream().map(entry -> column.apply(entry.event())).toArray());
        }

        void addGuards() throws SQLException {
            set(
                    "bigint",
                    entries.stream().map(entry -> entry.guard().orElse(null)).toArray());
        }

        private void set(String type, @Nullable Object[] values) throws SQLException {
            Array array = connection.createArrayOf(type, values);
            statement.setArray(next, array);
            next++;
        }
    }
}
