package dev.latchkey.demo;

import dev.latchkey.demo.BrokerClient.Identity;
import dev.latchkey.sandbox.client.SandboxControl;
import java.net.URI;

/**
 * What a story is played with. One a story.
 *
 * @param admin registers partners and apps
 * @param approver approves connections
 */
record Stage(
        BrokerClient broker,
        Identity admin,
        Identity approver,
        URI sandboxAddress,
        SandboxControl sandbox,
        ReturnPage returnPage,
        Steps steps) {}
