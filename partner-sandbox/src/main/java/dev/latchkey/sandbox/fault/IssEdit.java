package dev.latchkey.sandbox.fault;

import java.util.List;

/** What the authorization response carries as {@code iss} (RFC 9207 s.2): any number of values. */
public sealed interface IssEdit {

    /** The issuer itself. */
    record Correct() implements IssEdit {}

    /** Another partner's issuer. */
    record Wrong() implements IssEdit {}

    /** None. */
    record Missing() implements IssEdit {}

    /** The issuer, twice. */
    record Duplicate() implements IssEdit {}

    /** Any text, for trailing slashes, upper case, percent-encoding. */
    record Text(String text) implements IssEdit {}

    /** The values to send, given the real issuer. */
    default List<String> values(String issuer) {
        return switch (this) {
            case Correct c -> List.of(issuer);
            case Wrong w -> List.of("https://wrong-issuer.example");
            case Missing m -> List.of();
            case Duplicate d -> List.of(issuer, issuer);
            case Text t -> List.of(t.text());
        };
    }
}
