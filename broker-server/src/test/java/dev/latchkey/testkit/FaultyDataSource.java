package dev.latchkey.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/** A data source whose next commit can be ordered to fail, before or after it is done. Thread-safe. */
public final class FaultyDataSource {

    private final DataSource real;
    private final AtomicReference<Fault> next = new AtomicReference<>(Fault.NONE);

    /** What happens at a commit. */
    public enum Fault {
        NONE,
        /** The connection breaks before the server hears of it. */
        BEFORE_COMMIT,
        /** The server commits, then the connection breaks. */
        AFTER_COMMIT
    }

    /** Passes everything on to the real one. */
    public FaultyDataSource(DataSource real) {
        this.real = real;
    }

    /** Orders a fault for the next commit. */
    public void order(Fault fault) {
        next.set(fault);
    }

    /** The data source to use. */
    public DataSource dataSource() {
        return proxy(
                DataSource.class,
                real,
                (name, result) -> name.equals("getConnection")
                        ? proxy(Connection.class, result, (method, value) -> value)
                        : result);
    }

    private <T> T proxy(Class<T> type, Object target, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        if (method.getName().equals("commit")) {
                            return commit((Connection) target);
                        }
                        return answer.to(method.getName(), method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private Object commit(Connection connection) throws SQLException {
        Fault fault = next.getAndSet(Fault.NONE);
        if (fault == Fault.NONE || fault == Fault.AFTER_COMMIT) {
            connection.commit();
        }
        if (fault != Fault.NONE) {
            connection.close();
            throw new SQLException("An I/O error occurred while sending to the backend.", "08006");
        }
        return null;
    }

    private interface Answer {
        Object to(String method, Object result);
    }
}
