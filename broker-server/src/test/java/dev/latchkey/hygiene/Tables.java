package dev.latchkey.hygiene;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/** What the database holds, as far as a bad request could change it. */
final class Tables {

    /** Jobs of the broker may move these columns of other tests' connections meanwhile. */
    private static final String MOVING = "array['kv_version','token_expires_at','refresh_due_at','lease_owner',"
            + "'lease_until','epoch','failures','retry_at','version']";

    private static final Map<String, String> ROWS = Map.of(
            "app", "select t::text from app t",
            "local_user", "select t::text from local_user t",
            "partner", "select t::text from partner t",
            "connection", "select (to_jsonb(t) - " + MOVING + ")::text from connection t",
            "connection_grant", "select t::text from connection_grant t",
            "standing_approval", "select t::text from standing_approval t",
            "connect_ticket", "select t::text from connect_ticket t",
            "vault paths", "select distinct path from local_vault where path ~ '(partners|connections|apps)/'",
            "own vault rows", "select t::text from local_vault t where path ~ '%s'",
            "own connections", "select t::text from connection t where partner ~ '%s'");

    private Tables() {}

    /** Number of rows and a checksum of each table; in full for what carries this mark of a story. */
    static Map<String, String> checksums(DataSource database, String mark) throws SQLException {
        Map<String, String> found = new TreeMap<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> table : ROWS.entrySet()) {
                String sql = "select count(*) || ' ' || coalesce(md5(string_agg(r, '|' order by r)), '') from ("
                        + table.getValue().formatted(mark) + ") as rows (r)";
                try (ResultSet rows = statement.executeQuery(sql)) {
                    rows.next();
                    found.put(table.getKey(), rows.getString(1));
                }
            }
        }
        return found;
    }
}
