package dev.latchkey.refresh;

/** The moments of a renewal at which a process is killed in tests; docs/refresh-protocol numbers the steps. */
enum KillPoint {
    /** Step 1 is committed. */
    K1,
    /** Step 2: the credential is read. */
    K2,
    /** Step 3: the credential is rewritten in place. */
    K3,
    /** Step 4 is committed; nothing is on the wire. K5 to K8 are in the HTTP client and at the partner. */
    K4,
    /** Step 6: the answer is understood. */
    K9,
    /** Step 7 begins. */
    K10,
    /** Step 7 has landed. */
    K11,
    /** Step 8 begins. */
    K12,
    /** Step 8 is committed. */
    K13,
    /** Step 9: the token is about to be given to its callers. */
    K14
}
