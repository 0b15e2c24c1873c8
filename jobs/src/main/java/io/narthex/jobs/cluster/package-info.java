/**
 * The pipeline as a job of a Flink cluster: samples land in a shared folder, from which stateless
 * query servers answer.
 */
@NullMarked
package io.narthex.jobs.cluster;

import org.jspecify.annotations.NullMarked;
