package dev.latchkey.refresh;

import io.quarkus.arc.DefaultBean;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Does nothing. A test of real processes puts a debugger's breakpoint here; a test in one process has a bean instead. */
@Singleton
@DefaultBean
final class NoKillPoints implements KillPoints {

    @Override
    public void at(KillPoint point, UUID connection) {
        // nothing dies on purpose
    }
}
