package dev.latchkey.oauth1;

/**
 * One parameter of a request, decoded. Prints only its name, since tokens and verifiers are among them.
 *
 * @param name its name, not empty
 * @param value its value, may be empty
 */
record Parameter(String name, String value) {

    @Override
    public String toString() {
        return "Parameter[" + name + "]";
    }
}
