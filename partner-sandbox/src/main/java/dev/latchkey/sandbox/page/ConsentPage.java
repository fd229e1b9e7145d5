package dev.latchkey.sandbox.page;

import java.util.Set;
import java.util.stream.Collectors;

/** Login and consent in one form: any name logs in, two buttons decide. */
public final class ConsentPage {

    private ConsentPage() {}

    /** The page; {@code ticket} and {@code csrf} bind the form to the browser that gets it. */
    public static String render(
            String partner, String action, String clientId, Set<String> scopes, String ticket, String csrf) {
        String list = scopes.isEmpty()
                ? "<p>It asks for no particular scope.</p>"
                : "<p>It asks for:</p><ul>"
                        + scopes.stream()
                                .map(scope -> "<li>" + Html.escape(scope) + "</li>")
                                .collect(Collectors.joining())
                        + "</ul>";
        return Html.page(
                partner,
                "<p>The application <strong>" + Html.escape(clientId) + "</strong> wants to use your account.</p>"
                        + list
                        + "<form method=\"post\" action=\"" + Html.escape(action) + "\">" + hidden("ticket", ticket)
                        + hidden("csrf", csrf)
                        + "<p><label>User name <input name=\"user\" autocomplete=\"username\" autofocus></label></p>"
                        + "<p><button name=\"decision\" value=\"allow\">Allow</button>"
                        + "<button name=\"decision\" value=\"deny\">Deny</button></p></form>");
    }

    private static String hidden(String name, String value) {
        return "<input type=\"hidden\" name=\"" + name + "\" value=\"" + Html.escape(value) + "\">";
    }
}
