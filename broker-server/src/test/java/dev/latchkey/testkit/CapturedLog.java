package dev.latchkey.testkit;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;

/** Everything that is logged at any level while it is open: texts, parameters, exceptions, MDC, thread names. */
public final class CapturedLog extends Handler implements AutoCloseable {

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Map<Logger, Level> before = new HashMap<>();

    private CapturedLog() {
        setLevel(Level.ALL);
    }

    /** Opens the given loggers wide; the empty name is the root. */
    public static CapturedLog of(String... names) {
        CapturedLog log = new CapturedLog();
        for (String name : names) {
            Logger logger = Logger.getLogger(name);
            log.before.put(logger, logger.getLevel());
            logger.setLevel(Level.ALL);
        }
        Logger.getLogger("").addHandler(log);
        return log;
    }

    /** What was logged so far. */
    public String text() {
        return String.join("\n", lines);
    }

    /** How many events were logged so far. */
    public int size() {
        return lines.size();
    }

    @Override
    public void publish(LogRecord event) {
        StringWriter text = new StringWriter();
        text.append(event.getLevel() + " " + event.getLoggerName() + " ");
        ExtLogRecord full = ExtLogRecord.wrap(event);
        text.append(full.getFormattedMessage() + " " + full.getMdcCopy() + " " + full.getThreadName());
        if (event.getThrown() != null) {
            event.getThrown().printStackTrace(new PrintWriter(text, true));
        }
        lines.add(text.toString());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(this);
        before.forEach(Logger::setLevel);
    }
}
