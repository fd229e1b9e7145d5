package dev.latchkey.partner;

/** Finds a partner's addresses. Thread-safe; answers are kept for a while. */
public interface MetadataReader {

    /**
     * The addresses to use now. Where the profile has an issuer its metadata is read; explicit endpoints of the profile
     * win over it, except that metadata naming another issuer is refused (R77).
     */
    ProviderMetadata metadataOf(Partner partner);
}
