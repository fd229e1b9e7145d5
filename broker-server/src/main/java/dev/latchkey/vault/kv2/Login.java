package dev.latchkey.vault.kv2;

/** A way to prove to the server who we are. Called by one thread at a time. */
interface Login {

    /**
     * The answer to one login.
     *
     * @throws SecretIdInterceptedException if somebody else was there before us
     * @throws IllegalStateException if what we prove it with cannot be read
     */
    Answer attempt(Deadline deadline);
}
