package dev.latchkey.sandbox.page;

import java.util.List;

/** The front page for a person: tables of text. */
public final class OverviewPage {

    /** One table; every cell is plain text. */
    public record Table(String title, List<String> columns, List<List<String>> rows) {}

    private OverviewPage() {}

    /** The page. */
    public static String render(List<Table> tables) {
        StringBuilder body = new StringBuilder("<p>It plays partner APIs as they are documented and rejects everything "
                + "else. Clients, faults and counters: <code>/control/</code>.</p>");
        for (Table table : tables) {
            body.append("<h2>").append(Html.escape(table.title())).append("</h2><table>");
            row(body, "th", table.columns());
            table.rows().forEach(cells -> row(body, "td", cells));
            body.append("</table>");
        }
        return Html.page("Partner sandbox", body.toString());
    }

    private static void row(StringBuilder body, String tag, List<String> cells) {
        body.append("<tr>");
        for (String cell : cells) {
            body.append('<').append(tag).append('>').append(Html.escape(cell));
            body.append("</").append(tag).append('>');
        }
        body.append("</tr>");
    }
}
