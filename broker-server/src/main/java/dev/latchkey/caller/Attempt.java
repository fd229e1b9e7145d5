package dev.latchkey.caller;

/**
 * A try to authenticate.
 *
 * @param requestId of the request
 * @param sourceIp the address that it came from
 */
record Attempt(String requestId, String sourceIp) {}
