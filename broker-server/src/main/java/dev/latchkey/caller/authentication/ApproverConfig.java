package dev.latchkey.caller.authentication;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** The user {@code approver} of the embedded default, who approves what {@code admin} asks for, and reads the audit. */
@ConfigMapping(prefix = "latchkey.approver")
public interface ApproverConfig {

    /** The user's password, set at each start. Absent: made up at the first start and printed once. */
    Optional<String> password();
}
