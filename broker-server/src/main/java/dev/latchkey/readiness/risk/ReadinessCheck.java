package dev.latchkey.readiness.risk;

import java.util.List;

/** Looks for some risks, each of them at each look. Changes nothing, and does not fail: what it cannot tell it says. */
interface ReadinessCheck {

    /** One finding a risk. */
    List<Finding> look();
}
