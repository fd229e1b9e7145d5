package dev.latchkey.sandbox.page;

/** What a person sees when an authorization request cannot be answered by a redirect. */
public final class ErrorPage {

    private ErrorPage() {}

    /** The page. */
    public static String render(String partner, String reason) {
        return Html.page(partner, "<p>The request was refused: <strong>" + Html.escape(reason) + "</strong></p>");
    }
}
