package dev.latchkey.audit;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** Reads the audit log. Thread-safe. */
@ApplicationScoped
final class AuditReader {

    static final int PAGE = 100;
    private static final int TIMEOUT_SECONDS = 10;

    private final DataSource dataSource;

    AuditReader(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** The newest rows that match, one page of them. */
    AuditPage find(AuditFilter filter) {
        Query query = new Query();
        filter.connection().ifPresent(value -> query.where("connection = ?", value));
        filter.app().ifPresent(value -> query.where("app = ?", value));
        filter.actor().ifPresent(value -> query.where("actor = ?", value));
        filter.action().ifPresent(value -> query.where("action = ?", value));
        filter.before().ifPresent(value -> query.where("seq < ?", value));
        try (Connection connection = dataSource.getConnection()) {
            List<AuditRow> rows = query.run(connection);
            boolean more = rows.size() > PAGE;
            List<AuditRow> page = more ? rows.subList(0, PAGE) : rows;
            return new AuditPage(
                    List.copyOf(page),
                    more ? Optional.of(Long.toString(page.getLast().seq())) : Optional.empty());
        } catch (SQLException e) {
            throw new BrokerException(ProblemType.STORE_UNAVAILABLE, "The audit log cannot be read.", e);
        }
    }

    private static AuditRow row(ResultSet rows) throws SQLException {
        return new AuditRow(
                rows.getLong("seq"),
                rows.getObject("time", OffsetDateTime.class).toInstant(),
                rows.getString("actor"),
                rows.getString("actor_type"),
                rows.getString("action"),
                Optional.ofNullable(rows.getObject("connection", UUID.class)),
                Optional.ofNullable(rows.getString("app")),
                Optional.ofNullable(rows.getString("partner")),
                rows.getString("outcome"),
                Optional.ofNullable(rows.getString("code")),
                rows.getString("request_id"),
                rows.getString("source_ip"),
                Optional.ofNullable(rows.getString("token_fingerprint")),
                AuditText.parse(rows.getString("details")));
    }

    /** Fixed conditions and their values; nothing of a caller becomes SQL. */
    private static final class Query {

        private final StringBuilder sql = new StringBuilder("select * from audit_event where true");
        private final List<Object> values = new ArrayList<>();

        void where(String condition, Object value) {
            sql.append(" and ").append(condition);
            values.add(value);
        }

        List<AuditRow> run(Connection connection) throws SQLException {
            sql.append(" order by seq desc limit ").append(PAGE + 1);
            try (PreparedStatement select = connection.prepareStatement(sql.toString())) {
                select.setQueryTimeout(TIMEOUT_SECONDS);
                for (int index = 0; index < values.size(); index++) {
                    select.setObject(index + 1, values.get(index));
                }
                List<AuditRow> found = new ArrayList<>();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.add(row(rows));
                    }
                }
                return found;
            }
        }
    }
}
