package dev.latchkey.caller.limit;

/**
 * A try to authenticate.
 *
 * @param requestId of the request
 * @param sourceIp the address that it came from
 */
public record Attempt(String requestId, String sourceIp) {}
