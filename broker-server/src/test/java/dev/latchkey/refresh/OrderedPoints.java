package dev.latchkey.refresh;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Does what a test ordered when a renewal comes to a point; takes the place of {@link NoKillPoints} in tests only. */
@ApplicationScoped
class OrderedPoints implements KillPoints {

    private final Map<String, Runnable> orders = new ConcurrentHashMap<>();

    /** The next renewal of a connection that comes to the point does this, on its own thread, and goes on. */
    void order(KillPoint point, String connection, Runnable act) {
        orders.put(point + connection, act);
    }

    @Override
    public void at(KillPoint point, UUID connection) {
        Runnable act = orders.remove(point.toString() + connection);
        if (act != null) {
            act.run();
        }
    }
}
