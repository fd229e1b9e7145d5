package dev.latchkey.hygiene;

import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Every text in which a secret has no business, by the place where it was found. */
final class Evidence {

    private final List<String[]> texts = new ArrayList<>();

    void keep(String place, String text) {
        texts.add(new String[] {place, text});
    }

    /** An answer, without the values that it exists to carry. */
    Answer keep(Answer answer, String... belonging) {
        String text = answer.raw().headers().map() + "\n" + answer.raw().body();
        for (String value : belonging) {
            text = text.replace(value, "");
        }
        keep(
                "answer to " + answer.raw().request().method() + " "
                        + answer.raw().request().uri().getPath(),
                text);
        return answer;
    }

    /** A page; its own cookie and the address that it sends the browser on to are for this browser. */
    void keep(Page page) {
        keep("page " + page.status(), page.body());
    }

    /** Everything in every table, as text; bytes are in hex there. */
    int keepDatabase(DataSource database) throws SQLException {
        int rows = 0;
        try (Connection connection = database.getConnection()) {
            for (String table : tables(connection)) {
                StringBuilder text = new StringBuilder();
                try (Statement statement = connection.createStatement();
                        ResultSet result = statement.executeQuery("select t::text from public." + table + " t")) {
                    while (result.next()) {
                        text.append(result.getString(1)).append('\n');
                        rows++;
                    }
                }
                keep("table " + table, text.toString());
            }
        }
        return rows;
    }

    private static List<String> tables(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet tables = statement.executeQuery(
                        "select tablename from pg_tables where schemaname = 'public'"
                                + " and has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'select')")) {
            while (tables.next()) {
                names.add(tables.getString(1));
            }
        }
        return names;
    }

    List<String> against(Canaries canaries) {
        return texts.stream()
                .flatMap(text -> canaries.in(text[0], text[1]).stream())
                .toList();
    }
}
