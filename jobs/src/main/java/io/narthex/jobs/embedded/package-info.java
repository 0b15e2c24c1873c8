/**
 * Flink inside this process: a MiniCluster behind a small interface of our own, and the checkpoints
 * it leaves behind.
 */
@NullMarked
package io.narthex.jobs.embedded;

import org.jspecify.annotations.NullMarked;
