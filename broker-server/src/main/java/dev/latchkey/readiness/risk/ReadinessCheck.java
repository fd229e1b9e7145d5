package dev.latchkey.readiness.risk;

import java.util.List;

/** Looks for some risks. Changes nothing, and does not throw: what it cannot determine is a finding of its own. */
interface ReadinessCheck {

    /** One finding per risk, also for a risk that is not there. */
    List<Finding> look();
}
