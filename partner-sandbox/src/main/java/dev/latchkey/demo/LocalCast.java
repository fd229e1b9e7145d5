package dev.latchkey.demo;

/** The embedded default: everybody comes by HTTP Basic. */
record LocalCast(BasicIdentity admin, BasicIdentity approver) implements Cast {

    @Override
    public BasicIdentity app(String id, String password) {
        return new BasicIdentity(id, password);
    }
}
