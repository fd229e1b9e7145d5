package dev.latchkey.partner.registration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A registration that was saved before its catalog row changed. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class UnfittingRowTest {

    @Inject
    DataSource database;

    @Inject
    Partners partners;

    @Test
    @DisplayName("a registration that does not fit its catalog row any more keeps nobody from the others")
    void leftOut() {
        String fitting = new Story().partner(Map.of()).partner();
        String unfitting = "unfitting-" + UUID.randomUUID().toString().substring(0, 8);
        BrokerTables tables = new BrokerTables(database);
        tables.change(
                "insert into partner (id, catalog, name, created_by) values (?, 'oauth2', 'Unfitting', 'admin')",
                unfitting);
        try {
            assertThat(partners.usable())
                    .extracting(Partner::id)
                    .contains(fitting)
                    .doesNotContain(unfitting);
        } finally {
            tables.change("delete from partner where id = ?", unfitting);
        }
    }
}
