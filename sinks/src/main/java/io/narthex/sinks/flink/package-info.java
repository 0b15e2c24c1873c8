/** Flink's Sink V2 shell around the store. Knows Flink; knows nothing of how samples are kept. */
@NullMarked
package io.narthex.sinks.flink;

import org.jspecify.annotations.NullMarked;
