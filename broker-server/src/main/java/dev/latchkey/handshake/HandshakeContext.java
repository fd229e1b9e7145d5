package dev.latchkey.handshake;

import dev.latchkey.oauth.Scopes;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.ProviderMetadata;
import dev.latchkey.vault.SecretFields;

/**
 * What a protocol works with.
 *
 * @param partner our registration and its profile
 * @param metadata the partner's addresses, as they are now
 * @param client the credentials of our client
 * @param scopes what was approved
 */
public record HandshakeContext(Partner partner, ProviderMetadata metadata, SecretFields client, Scopes scopes) {}
