package dev.latchkey.catalog;

import dev.latchkey.problem.BrokerException;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Lists the catalog's rows to any authenticated caller. They hold no secret. */
@Path("/api/v1/catalog")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Authenticated
public final class CatalogResource {

    /** The whole catalog, in the order of ids; it is not paged. */
    public record RowList(List<CatalogRow> items) {}

    private final Catalog catalog;

    CatalogResource(Catalog catalog) {
        this.catalog = catalog;
    }

    /** Every row. */
    @GET
    @Authenticated
    public RowList list() {
        return new RowList(catalog.all().stream().map(CatalogRow::of).toList());
    }

    /** One row; {@code not_found} for an id that the catalog does not have. */
    @GET
    @Path("/{id}")
    @Authenticated
    public CatalogRow get(@PathParam("id") String id) {
        return catalog.find(id).map(CatalogRow::of).orElseThrow(BrokerException::notFound);
    }
}
