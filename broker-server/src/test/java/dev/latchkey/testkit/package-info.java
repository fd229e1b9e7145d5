/**
 * What tests share: fakes, the contracts that fakes and real parts both pass, and control of real servers. No mocking
 * library: a fake is a small real thing.
 */
package dev.latchkey.testkit;
