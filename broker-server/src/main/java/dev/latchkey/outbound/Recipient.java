package dev.latchkey.outbound;

import java.util.Optional;

/**
 * On whose account a call is made: what one registration does to its partner is judged together, and apart from all others.
 *
 * @param registration the registration's id
 * @param rate how often this partner may be called, if that was agreed
 */
public record Recipient(String registration, Optional<CallRate> rate) {}
