package dev.latchkey.caller;

/** Names of roles, as they stand in tokens and in {@code @RolesAllowed}. */
public final class Roles {

    /** Manages partners and apps. */
    public static final String ADMIN = "latchkey-admin";
    /** Decides about connections. */
    public static final String APPROVER = "latchkey-approver";
    /** Reads the audit log. */
    public static final String AUDITOR = "latchkey-auditor";
    /** A registered app; given by the broker, never taken from a token. */
    public static final String APP = "latchkey-app";

    private Roles() {}
}
