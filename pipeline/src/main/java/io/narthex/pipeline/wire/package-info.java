/**
 * Wire formats: exposition text, OpenMetrics, remote write. Bytes in, batches out; knows nothing of
 * HTTP, time or storage.
 */
@NullMarked
package io.narthex.pipeline.wire;

import org.jspecify.annotations.NullMarked;
