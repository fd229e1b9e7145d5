package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test class during which Vert.x warned that an event loop of the broker was blocked for more than two seconds
 * (R56). JUnit finds it by itself. What happened while the whole machine stood still is nobody's fault: a thread that only
 * sleeps tells. Thread-safe.
 */
public final class BlockedEventLoops implements BeforeAllCallback, AfterAllCallback {

    /** The tag of a class that blocks one itself, to see that it is noticed. */
    public static final String ON_PURPOSE = "blocks-an-event-loop";

    private static final String CHECKER = "io.vertx.core.impl.BlockedThreadChecker";
    private static final Pattern EVENT_LOOP = Pattern.compile("eventloop-thread.*has been blocked for ([0-9]+) ms");

    private final Watch watch;

    /** For JUnit. */
    public BlockedEventLoops() {
        this(Duration.ofMillis(700));
    }

    /** For its own test, which no standstill of the machine may excuse. */
    public BlockedEventLoops(Duration standstill) {
        this.watch = new Watch(standstill);
    }

    /** What a text of log lines tells of blocked event loops. */
    public static List<String> in(String log) {
        return log.lines().filter(line -> EVENT_LOOP.matcher(line).find()).toList();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        begin();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (context.getTags().contains(ON_PURPOSE)) {
            watch.take();
        } else {
            check();
        }
    }

    /** Fails if there was a warning since the last look. */
    public void check() {
        assertThat(watch.take()).as("R56: blocked event loops").isEmpty();
    }

    /** Looks from now on. */
    public void begin() {
        watch.install();
    }

    private static final class Watch extends Handler {

        private static final Duration NAP = Duration.ofMillis(100);
        private static final Duration REMEMBERED = Duration.ofSeconds(5);

        private final Logger logger = Logger.getLogger(CHECKER);
        private final List<String> warnings = new CopyOnWriteArrayList<>();
        private final Duration standstill;
        private volatile long stoodStill = System.nanoTime() - REMEMBERED.toNanos() - 1;

        Watch(Duration standstill) {
            this.standstill = standstill;
            Thread.ofPlatform().daemon().name("standstill-watch").start(this::sleepOnAndOn);
        }

        /** A start of Quarkus sets up logging anew. */
        synchronized void install() {
            logger.removeHandler(this);
            logger.addHandler(this);
        }

        List<String> take() {
            List<String> seen = List.copyOf(warnings);
            warnings.clear();
            return seen;
        }

        @Override
        public void publish(LogRecord event) {
            String text = ExtLogRecord.wrap(event).getFormattedMessage();
            boolean excused = System.nanoTime() - stoodStill < REMEMBERED.toNanos();
            if (!excused && EVENT_LOOP.matcher(text).find()) {
                warnings.add(text);
            }
        }

        private void sleepOnAndOn() {
            while (true) {
                long began = System.nanoTime();
                try {
                    Thread.sleep(NAP);
                } catch (InterruptedException e) {
                    return;
                }
                if (System.nanoTime() - began > standstill.toNanos()) {
                    stoodStill = System.nanoTime();
                }
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
