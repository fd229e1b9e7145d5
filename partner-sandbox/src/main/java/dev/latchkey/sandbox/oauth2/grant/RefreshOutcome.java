package dev.latchkey.sandbox.oauth2.grant;

/** What a refresh came to. */
public sealed interface RefreshOutcome {

    /** New tokens. */
    record Renewed(TokenPair pair) implements RefreshOutcome {}

    /** A replaced token came back: the family is dead now. */
    record Reused() implements RefreshOutcome {}

    /** The family was dead already. */
    record Dead(String reason) implements RefreshOutcome {}
}
