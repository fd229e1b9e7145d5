package dev.latchkey.partner.registration;

import dev.latchkey.partner.Partner;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A line of the table {@code partner}; leaves this package only as {@link Registration} or {@link Partner}. */
@Entity
@Table(name = "partner")
class PartnerRow {

    @Id
    String id;

    @Column
    String catalog;

    @Column
    String name;

    /** What the registration changes in its catalog row, as JSON that was checked when it was saved. */
    @Column
    @JdbcTypeCode(SqlTypes.JSON)
    String settings;

    /** Name of a credential to its fingerprint, as JSON. */
    @Column
    @JdbcTypeCode(SqlTypes.JSON)
    String fingerprints;

    @Column
    boolean misconfigured;

    /** Counts the changes by an admin. */
    @Column
    long version;

    /** What the registration's webhook URL is derived from; a new one makes a new URL. Not secret by itself. */
    @Column(name = "webhook_salt")
    UUID webhookSalt;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "created_by", updatable = false)
    String createdBy;
}
