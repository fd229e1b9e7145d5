package dev.latchkey.readiness.risk;

import java.util.Locale;

/** Every risk that a start looks for; {@code docs/operations.md} has the same list for people. */
public enum Risk {
    ENDPOINT_OVERRIDES(
            Weight.SEVERE,
            "latchkey.partners.endpoint-overrides",
            "An admin can have users, codes and client secrets sent anywhere: set it to false."),
    LOOPBACK(
            Weight.SEVERE,
            "latchkey.outbound.allow-loopback",
            "Partners, events and return URLs may lead to this machine, and without TLS: set it to false."),
    LOCAL_STORE(
            Weight.SEVERE,
            "latchkey.vault.kind",
            "Secrets lie in the database, under a key that is a file beside it: set it to kv2."),
    PLAIN_VAULT(
            Weight.SEVERE,
            "latchkey.vault.kv2.allow-plain-http",
            "Secrets travel to the secret store in the clear: give it an https address."),
    BARE_SECRET_ID(
            Weight.RISKY,
            "latchkey.vault.kv2.secret-id-wrapped",
            "Nobody notices when somebody else reads the SecretID: deliver it wrapped."),
    STANDBY_READS(
            Weight.RISKY,
            "latchkey.vault.kv2.address",
            "A standby that lags answers with an older version, and refuses a write that is right: use OpenBao 2.7 or"
                    + " later on Integrated Storage, or set disable_standby_reads=true at the server."),
    EMBEDDED_DATABASE(
            Weight.SEVERE,
            "latchkey.database.url",
            "Rows lie in a PostgreSQL of this process, which is empty if the server's address was lost: name the server."),
    DATABASE_ROLE(
            Weight.SEVERE,
            "latchkey.database.username",
            "This role could change the schema or the audit log: give the broker a role of its own."),
    PLAIN_DATABASE(
            Weight.RISKY,
            "latchkey.database.url",
            "Nothing proves that the database is the right one: add sslmode=verify-full."),
    PUBLIC_URL(
            Weight.SEVERE,
            "latchkey.http.public-url",
            "Cookies and codes travel in the clear, and requests for any name of loopback are answered: set an https"
                    + " address."),
    PROXY_HEADERS(
            Weight.SEVERE,
            "quarkus.http.proxy.trusted-proxies",
            "Anybody can make up the source address that is limited and audited: name the proxies that are trusted."),
    NO_ISSUER(
            Weight.RISKY,
            "latchkey.identity.issuer",
            "People share two passwords, and nobody can be locked out alone: name an OpenID provider."),
    BASIC_BESIDE_ISSUER(
            Weight.RISKY,
            "latchkey.identity.basic",
            "Two shared passwords open what the OpenID provider guards: set it to false."),
    ADMIN_PASSWORD(
            Weight.SEVERE, "latchkey.admin.password", "It is short or well known: take 16 random characters or more."),
    APPROVER_PASSWORD(
            Weight.SEVERE,
            "latchkey.approver.password",
            "It is short or well known: take 16 random characters or more."),
    LOG_CATEGORIES(
            Weight.SEVERE,
            "quarkus.log.category",
            "A category that prints addresses, header fields or bodies is open: remove its level."),
    DEBUGGER(
            Weight.SEVERE,
            "-agentlib:jdwp",
            "Whoever reaches the debugger's port reads and changes everything: start without it."),
    HEAP_DUMP(
            Weight.SEVERE,
            "-XX:-HeapDumpOnOutOfMemoryError",
            "A lack of memory writes every secret into a file: start with this flag."),
    ATTACH(
            Weight.RISKY,
            "-XX:+DisableAttachMechanism",
            "Other processes of this user can read the memory and load code: start with this flag."),
    OUT_OF_MEMORY(
            Weight.RISKY,
            "-XX:+ExitOnOutOfMemoryError",
            "After a lack of memory it limps on instead of being replaced: start with this flag."),
    CORE_FILE(Weight.RISKY, "ulimit -c 0", "A crash writes every secret into a file: set the limit before the start.");

    /** Set by whoever starts a database within this process; no key, since nobody configures it. */
    public static final String EMBEDDED_MARK = "dev.latchkey.embedded-database";

    private final Weight weight;
    private final String property;
    private final String advice;

    Risk(Weight weight, String property, String advice) {
        this.weight = weight;
        this.property = property;
        this.advice = advice;
    }

    /** How bad a risk is. */
    enum Weight {
        /** Named, and that is all. */
        RISKY,
        /** Stops a start in production, unless it was accepted by name. */
        SEVERE;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Weight weight() {
        return weight;
    }

    /** The key or the flag that causes it, or that is missing. */
    String property() {
        return property;
    }

    /** What can happen, and what to do about it. */
    String advice() {
        return advice;
    }

    /** The name in configuration, in answers and in the log: {@code endpoint-overrides}. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
