package dev.latchkey.refresh;

import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.MachinePauses;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Callers that ask without a pause until they are told to end: the load beside which something happens. While the machine
 * stands still a call may find no place at the database in time; that is not counted.
 */
final class Callers implements AutoCloseable {

    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final MachinePauses pauses = new MachinePauses();
    private volatile boolean over;

    private Callers() {}

    /** Begins. */
    static Callers begin(int callers, Supplier<Answer> question) {
        Callers load = new Callers();
        for (int i = 0; i < callers; i++) {
            load.threads.add(Thread.ofVirtual().start(() -> load.askAgainAndAgain(question)));
        }
        return load;
    }

    private void askAgainAndAgain(Supplier<Answer> question) {
        while (!over) {
            try {
                Duration before = pauses.total();
                Answer answer = ask(question);
                boolean stoodStill = pauses.total().compareTo(before) > 0;
                if (!stoodStill || !answer.code().equals("store_unavailable")) {
                    answers.add(answer);
                }
            } catch (RuntimeException e) {
                failures.add(e);
                over = true;
            }
        }
    }

    /** Once more where the connection was an old one that the broker has closed for its age. */
    private static Answer ask(Supplier<Answer> question) {
        try {
            return question.get();
        } catch (UncheckedIOException e) {
            return question.get();
        }
    }

    /** How many were answered with a token so far. */
    long served() {
        return answers.stream().filter(answer -> answer.status() == 200).count();
    }

    /** Lets them end, and says what they were answered; a caller that was not answered at all fails. */
    List<Answer> end() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        failures.stream().findFirst().ifPresent(failure -> {
            throw failure;
        });
        return List.copyOf(answers);
    }

    /** Lets them end, also after a failure. */
    @Override
    public void close() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        pauses.close();
    }
}
