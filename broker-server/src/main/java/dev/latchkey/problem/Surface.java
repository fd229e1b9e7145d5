package dev.latchkey.problem;

import java.util.List;

/** Who reads an answer, told by the path: that decides the form of a problem. */
enum Surface {
    /** A program: RFC 9457. */
    API,
    /** An OAuth client: RFC 6749 section 5.2. */
    OAUTH,
    /** A person in front of a browser: a page. */
    BROWSER;

    private static final String TOKEN_ENDPOINT = "/oauth2/token";
    private static final List<String> BROWSER_FOLDERS = List.of("/connect/", "/callback/");

    /** The surface of a path. */
    static Surface of(String path) {
        if (path.equals(TOKEN_ENDPOINT) || path.startsWith(TOKEN_ENDPOINT + "/")) {
            return OAUTH;
        }
        return BROWSER_FOLDERS.stream().anyMatch(path::startsWith) ? BROWSER : API;
    }
}
