package dev.latchkey.oauth;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An ordered set of scope tokens, RFC 6749 section 3.3. Immutable; equal when the same tokens are held, in any order.
 *
 * @param values the tokens, without duplicates, in the order given
 */
public record Scopes(Set<String> values) {

    private static final Scopes NONE = new Scopes(Set.of());
    /** scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), RFC 6749 section 3.3; the length is our own bound. */
    private static final Pattern TOKEN = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,200}");

    /** Copies and checks; throws {@link IllegalArgumentException} for a token outside the grammar. */
    public Scopes {
        for (String value : values) {
            if (!TOKEN.matcher(value).matches()) {
                throw new IllegalArgumentException("not a scope token");
            }
        }
        values = Collections.unmodifiableSet(new LinkedHashSet<>(values));
    }

    /** No scope at all. */
    public static Scopes none() {
        return NONE;
    }

    /** The given tokens; throws {@link IllegalArgumentException} for a token outside the grammar. */
    public static Scopes of(Collection<String> values) {
        return values.isEmpty() ? NONE : new Scopes(new LinkedHashSet<>(values));
    }

    /** The given tokens; throws {@link IllegalArgumentException} for a token outside the grammar. */
    public static Scopes of(String... values) {
        return of(List.of(values));
    }

    /** Reads the space-separated form of the wire; an empty text is {@link #none()}. */
    public static Scopes parse(String text) {
        return of(Arrays.stream(text.trim().split(" +", -1))
                .filter(part -> !part.isEmpty())
                .toList());
    }

    /** Whether a text is one well-formed scope token. */
    public static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    /** Whether no scope is held. */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** Whether every scope of {@code other} is held here. */
    public boolean containsAll(Scopes other) {
        return values.containsAll(other.values);
    }

    /** The scopes held on both sides, in this order. */
    public Scopes intersect(Scopes other) {
        return of(values.stream().filter(other.values::contains).toList());
    }

    /** These scopes without those of {@code other}. */
    public Scopes minus(Scopes other) {
        return of(values.stream().filter(value -> !other.values.contains(value)).toList());
    }

    /** These scopes, then those of {@code other}. */
    public Scopes plus(Scopes other) {
        Set<String> all = new LinkedHashSet<>(values);
        all.addAll(other.values);
        return of(all);
    }

    /** The tokens as a list, in order. */
    public List<String> asList() {
        return List.copyOf(values);
    }

    /** The space-separated form of the wire. */
    public String asText() {
        return values.stream().collect(Collectors.joining(" "));
    }
}
