package dev.latchkey.caller.authentication;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** The user {@code admin} of the embedded default, who holds all three roles. */
@ConfigMapping(prefix = "latchkey.admin")
public interface AdminConfig {

    /** The user's password, set at each start. Absent: made up at the first start and printed once. */
    Optional<String> password();
}
