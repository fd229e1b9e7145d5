package dev.latchkey.keycloak.broker;

import java.util.Optional;

/** What became of a call to the broker. */
public sealed interface BrokerAnswer {

    /**
     * It answered.
     *
     * @param status HTTP status
     * @param body at most {@link BrokerHttp#LONGEST} bytes; may hold a credential, so it is shown nowhere
     * @param retryAfter its {@code Retry-After}, where that is a number of seconds
     */
    record Answered(int status, byte[] body, Optional<String> retryAfter) implements BrokerAnswer {

        @Override
        public String toString() {
            return "Answered[" + status + "]";
        }
    }

    /**
     * It did not, or not in time, or with more than is read.
     *
     * @param reason for the log; holds nothing of the request
     */
    record Unavailable(String reason) implements BrokerAnswer {}
}
