package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.SampleBatch;
import java.util.List;

/**
 * A remote-write request: what can be stored, and what was left out of it.
 *
 * @param batch the valid series with their samples
 * @param samples float samples in the batch
 * @param histograms histogram samples in the batch
 * @param exemplars exemplars in the batch
 * @param rejectedSeries series left out, since their labels are invalid; Prometheus answers 204 all
 *     the same for remote write 1.0, and 400 for 2.0
 * @param rejectedSamples samples and histograms of those series
 * @param rejectedHistograms invalid histograms left out of valid series; Prometheus answers 400
 * @param reasons what was wrong with all these; the first {@link #MOST_REASONS} only
 */
public record DecodedWrite(
    SampleBatch batch,
    int samples,
    int histograms,
    int exemplars,
    int rejectedSeries,
    int rejectedSamples,
    int rejectedHistograms,
    List<String> reasons) {

  /** So many reasons are kept; the rest are only counted. */
  public static final int MOST_REASONS = 100;

  public DecodedWrite {
    reasons = List.copyOf(reasons);
  }
}
