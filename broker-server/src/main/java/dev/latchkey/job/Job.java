package dev.latchkey.job;

import dev.latchkey.audit.Actor;
import java.time.Duration;

/** Work that is done again and again. Must be safe to repeat: a crash in the middle means that it runs once more. */
public interface Job {

    /** Its name, unique; also the actor's name in audit rows. */
    String name();

    /** The pause between the end of one run and the begin of the next. */
    Duration pause();

    /** One run; a limited amount of work. */
    void run(Actor actor);
}
