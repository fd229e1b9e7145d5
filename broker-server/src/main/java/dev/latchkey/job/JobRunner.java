package dev.latchkey.job;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.latchkey.audit.Actor;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/** Starts db-scheduler with every {@link Job}, and stops it before the process ends. */
@ApplicationScoped
class JobRunner {

    private static final Logger LOG = Logger.getLogger(JobRunner.class);
    private static final Duration POLLING = Duration.ofSeconds(1);
    /** A job that died with its process is run by another 20 to 30 s later; the library's own limit is half an hour. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private static final int MISSED = 4;
    /** Then a job is interrupted, and has as long again. */
    private static final Duration DRAIN = Duration.ofSeconds(15);

    private final Scheduler scheduler;

    JobRunner(DataSource database, @All List<Job> jobs, Clock clock) {
        scheduler = Scheduler.create(database)
                .startTasks(jobs.stream().map(JobRunner::task).toList())
                .executorService(Executors.newVirtualThreadPerTaskExecutor())
                .clock(clock::instant)
                .threads(Math.max(1, jobs.size()))
                .pollingInterval(POLLING)
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(MISSED)
                .shutdownMaxWait(DRAIN)
                .build();
    }

    void start(@Observes StartupEvent event) {
        scheduler.start();
    }

    /** After the jobs were told to begin nothing new, and before those renewals are waited for that they have begun. */
    void stop(@Observes @Priority(Interceptor.Priority.APPLICATION) ShutdownEvent event) {
        scheduler.stop();
    }

    private static RecurringTask<Void> task(Job job) {
        return Tasks.recurring(job.name(), FixedDelay.of(job.pause())).execute((instance, context) -> run(job));
    }

    private static void run(Job job) {
        try {
            job.run(Actor.system(job.name(), UUID.randomUUID().toString()));
        } catch (RuntimeException e) {
            // The next run comes after the usual pause: a job that fails must not run more often than one that works.
            LOG.warnf(e, "job %s failed", job.name());
        }
    }
}
