package dev.latchkey.sandbox.browser;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What came back for one request.
 *
 * @param uri the address that was asked
 * @param headers by lower-case name
 */
public record Page(URI uri, int status, Map<String, List<String>> headers, String body) {

    /** The first value of a header. */
    public Optional<String> header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, List.of()).stream().findFirst();
    }

    /** Where a redirect points, absolute. */
    public Optional<URI> location() {
        return header("location").map(text -> Addresses.resolve(uri, text));
    }

    /** The forms on the page, in their order. */
    public List<Form> forms() {
        return Form.allIn(body, uri);
    }
}
