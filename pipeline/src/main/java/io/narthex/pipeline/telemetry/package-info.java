/** Own metrics: names and registration, as in Prometheus where the meaning is the same. */
@NullMarked
package io.narthex.pipeline.telemetry;

import org.jspecify.annotations.NullMarked;
