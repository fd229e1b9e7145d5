package dev.latchkey.partner;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.outbound.Recipient;
import java.net.URI;

/**
 * Our client at a partner, with everything that its settings change already applied.
 *
 * @param id the registration's id
 * @param name what people call it
 * @param profile the catalog row with this registration's endpoints, scopes and refresh semantics in place
 * @param redirectUri the redirect URI that was registered at the partner, used byte for byte
 * @param misconfigured whether the partner refuses our client (R59)
 */
public record Partner(String id, String name, CatalogEntry profile, URI redirectUri, boolean misconfigured) {

    /** On whose account calls to this partner are made. */
    public Recipient recipient() {
        return new Recipient(id, profile.rate());
    }
}
