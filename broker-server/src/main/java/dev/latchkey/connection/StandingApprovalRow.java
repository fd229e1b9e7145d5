package dev.latchkey.connection;

import dev.latchkey.oauth.Scopes;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A row of table {@code standing_approval}: what an app may have from a partner without a person deciding again. */
@Entity
@Table(name = "standing_approval")
@IdClass(StandingApprovalRow.Key.class)
class StandingApprovalRow {

    /** The primary key. */
    record Key(String partner, String app) implements Serializable {}

    @Id
    String partner;

    @Id
    String app;

    @Column
    String[] scopes;

    @Column
    String[] methods = new String[0];

    @Column(name = "expires_at")
    @Nullable
    Instant expiresAt;

    @Column
    @Nullable
    String comment;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "created_by")
    String createdBy;

    /** For Hibernate. */
    StandingApprovalRow() {}

    /** The rule's name in audit rows. */
    String rule() {
        return "standing-approval:" + partner + "/" + app;
    }

    /** Whether a request lies within the rule. A rule that names methods covers only requests that name some of them. */
    boolean covers(Scopes wanted, List<String> wantedMethods, Instant now) {
        boolean inTime = expiresAt == null || expiresAt.isAfter(now);
        boolean withinMethods = methods.length == 0
                || (!wantedMethods.isEmpty() && Arrays.asList(methods).containsAll(wantedMethods));
        return inTime && withinMethods && Scopes.of(Arrays.asList(scopes)).containsAll(wanted);
    }
}
