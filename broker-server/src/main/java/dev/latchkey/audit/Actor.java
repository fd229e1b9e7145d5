package dev.latchkey.audit;

/**
 * Who acts, in which request, from where.
 *
 * @param type what kind of actor
 * @param id the app's id, the person's name, or the name of the broker's own job
 * @param requestId the id of the request (or of the job's run), also in its log lines and problem documents
 * @param sourceIp the caller's address; {@code -} for the broker itself
 */
public record Actor(Type type, String id, String requestId, String sourceIp) {

    /** Kinds of actors. */
    public enum Type {
        /** An internal app. */
        APP,
        /** A person with a role. */
        PERSON,
        /** A browser on its way through a handshake; nobody we can name. */
        BROWSER,
        /** A partner that calls us. */
        PARTNER,
        /** The broker's own jobs. */
        SYSTEM,
        /** Nobody proved who they are. */
        ANONYMOUS
    }

    /** The broker itself, in the run of a job. */
    public static Actor system(String job, String runId) {
        return new Actor(Type.SYSTEM, job, runId, "-");
    }
}
