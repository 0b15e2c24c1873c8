/**
 * What is pushed to this process: remote write. A request becomes one batch, goes into a bounded
 * channel, and is answered when its batch is durable.
 */
@NullMarked
package io.narthex.sources.receive;

import org.jspecify.annotations.NullMarked;
