package dev.latchkey.partner.registration;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.catalog.Catalog;
import dev.latchkey.catalog.CatalogSettings;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Makes profiles: a catalog row with a registration's settings in place. Thread-safe. */
@ApplicationScoped
final class Profiles {

    private final Catalog catalog;
    private final CatalogSettings settings;
    private final PartnersConfig config;

    Profiles(Catalog catalog, CatalogSettings settings, PartnersConfig config) {
        this.catalog = catalog;
        this.settings = settings;
        this.config = config;
    }

    /** The untouched row. */
    Optional<CatalogEntry> row(String id) {
        return catalog.find(id);
    }

    /** The profile; {@code invalid_request} with a pointer if the row is unknown or the settings do not fit it. */
    CatalogEntry profile(String catalogId, JsonNode given) {
        CatalogEntry row = row(catalogId)
                .orElseThrow(() -> BrokerException.invalid("/catalog", "The catalog has no row with that id."));
        return settings.apply(row, given, config.endpointOverrides());
    }
}
