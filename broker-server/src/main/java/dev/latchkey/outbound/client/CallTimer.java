package dev.latchkey.outbound.client;

import dev.latchkey.outbound.CallGate;
import dev.latchkey.outbound.PartnerCallException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;

/** Times calls at partners, by how they ended. Thread-safe. */
final class CallTimer {

    private static final String CALLS = "latchkey.partner.calls";

    private final MeterRegistry meters;

    CallTimer(MeterRegistry meters) {
        this.meters = meters;
    }

    <T> T time(CallGate.Call<T> call) throws PartnerCallException {
        Timer.Sample sample = Timer.start(meters);
        String outcome = "answered";
        try {
            return call.send();
        } catch (PartnerCallException e) {
            outcome = e.reason().name().toLowerCase(Locale.ROOT);
            throw e;
        } finally {
            sample.stop(meters.timer(CALLS, "outcome", outcome));
        }
    }
}
