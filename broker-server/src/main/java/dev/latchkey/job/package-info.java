/**
 * Runs the features' recurring jobs, each on one replica at a time and again after a crash, by db-scheduler.
 *
 * <p>Owns only the running; what a job does belongs to its feature.
 */
@NullMarked
package dev.latchkey.job;

import org.jspecify.annotations.NullMarked;
