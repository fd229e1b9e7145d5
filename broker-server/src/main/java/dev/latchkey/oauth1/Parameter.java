package dev.latchkey.oauth1;

/**
 * One parameter of a request, decoded.
 *
 * @param name its name, not empty
 * @param value its value, may be empty
 */
record Parameter(String name, String value) {}
