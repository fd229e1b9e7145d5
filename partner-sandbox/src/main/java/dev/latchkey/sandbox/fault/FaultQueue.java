package dev.latchkey.sandbox.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The ordered faults, first come first served. One lock: a fault ordered {@code n} times hits exactly {@code n}
 * requests, however many arrive together.
 */
public final class FaultQueue {

    /** {@code left} is empty for a fault that lasts until it is taken back. */
    public record Order(String id, FaultAim aim, Fault fault, Optional<Long> left, String asOrdered) {
        private Order used() {
            return new Order(id, aim, fault, left.map(n -> n - 1), asOrdered);
        }

        private boolean isSpent() {
            return left.map(n -> n <= 0).orElse(false);
        }
    }

    private final List<Order> orders = new ArrayList<>();
    private long lastId;

    /** Adds a fault at the end and returns its id. */
    public synchronized String order(FaultAim aim, Fault fault, Optional<Long> times, String asOrdered) {
        String id = "fault-" + ++lastId;
        orders.add(new Order(id, aim, fault, times, asOrdered));
        return id;
    }

    public synchronized List<Order> pending() {
        return List.copyOf(orders);
    }

    public synchronized void clear() {
        orders.clear();
    }

    /** Takes all latencies that fit, up to and including the first fault that replaces the answer. */
    public synchronized FaultPlan plan(FaultTarget target) {
        Duration before = Duration.ZERO;
        Duration after = Duration.ZERO;
        for (int i = 0; i < orders.size(); i++) {
            Order order = orders.get(i);
            if (!order.aim().fits(target)) {
                continue;
            }
            if (order.fault() instanceof Fault.Latency latency) {
                Duration delay = latency.next();
                before = latency.afterCommit() ? before : before.plus(delay);
                after = latency.afterCommit() ? after.plus(delay) : after;
                orders.set(i, order.used());
            } else if (order.fault().replacesAnswer()) {
                orders.set(i, order.used());
                orders.removeIf(Order::isSpent);
                return new FaultPlan(before, after, Optional.of(order.fault()));
            }
        }
        orders.removeIf(Order::isSpent);
        return new FaultPlan(before, after, Optional.empty());
    }

    /** The edits for one request; taken only when the partner is about to answer, so a refused request costs none. */
    public Edits editsFor(FaultTarget target) {
        return new TakenOnce(target);
    }

    /** Takes at most one edit of each kind. Confined to the thread of its request. */
    private final class TakenOnce implements Edits {
        private final FaultTarget target;
        private Optional<Optional<Fault>> answer = Optional.empty();
        private Optional<Optional<Fault>> iss = Optional.empty();

        private TakenOnce(FaultTarget target) {
            this.target = target;
        }

        @Override
        public Optional<AnswerEdit> answer() {
            Optional<Fault> taken = answer.orElseGet(() -> take(target, Fault.EditAnswer.class::isInstance));
            answer = Optional.of(taken);
            return taken.map(fault -> ((Fault.EditAnswer) fault).edit());
        }

        @Override
        public Optional<IssEdit> iss() {
            Optional<Fault> taken = iss.orElseGet(() -> take(target, Fault.EditIss.class::isInstance));
            iss = Optional.of(taken);
            return taken.map(fault -> ((Fault.EditIss) fault).edit());
        }
    }

    private synchronized Optional<Fault> take(FaultTarget target, Predicate<Fault> kind) {
        for (Iterator<Order> all = orders.iterator(); all.hasNext(); ) {
            Order order = all.next();
            if (kind.test(order.fault()) && order.aim().fits(target)) {
                Order used = order.used();
                if (used.isSpent()) {
                    all.remove();
                } else {
                    orders.set(orders.indexOf(order), used);
                }
                return Optional.of(order.fault());
            }
        }
        return Optional.empty();
    }
}
