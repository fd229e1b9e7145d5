package dev.latchkey.demo;

/** Counts the steps of a story and gives a failure the name of its step. Not thread-safe. */
final class Steps {
    private int done;

    /** Something that may fail. */
    @FunctionalInterface
    interface Step<T> {
        T run() throws StepFailed;
    }

    /** Runs one step. */
    <T> T step(String name, Step<T> step) throws StepFailed {
        try {
            T result = step.run();
            done++;
            return result;
        } catch (StepFailed failed) {
            throw new StepFailed(name + ": " + failed.getMessage());
        } catch (RuntimeException unexpected) {
            throw new StepFailed(name + ": " + unexpected.getClass().getSimpleName());
        }
    }

    /** How many steps went well. */
    int done() {
        return done;
    }
}
