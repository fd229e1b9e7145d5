package dev.latchkey.sandbox.page;

/** Text made safe for HTML, and the frame of every page. */
final class Html {

    private static final String STYLE =
            "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:3rem auto;padding:0 1rem;color:#222}"
                    + "table{border-collapse:collapse;margin:.5rem 0 2rem}td,th{border:1px solid #ccc;padding:.3rem .6rem;"
                    + "text-align:left;vertical-align:top}input,button{font:inherit;padding:.4rem .8rem;margin:.2rem .4rem .2rem 0}"
                    + ".note{color:#666}";

    private Html() {}

    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.chars().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append((char) c);
            }
        });
        return safe.toString();
    }

    /** A page; {@code body} is HTML already, {@code title} is not. */
    static String page(String title, String body) {
        return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width\"><title>" + escape(title)
                + "</title><style>" + STYLE + "</style></head><body><h1>" + escape(title) + "</h1>" + body
                + "<p class=\"note\">Partner sandbox: nothing here is real.</p></body></html>";
    }
}
