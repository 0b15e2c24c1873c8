package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.SampleBatch;
import java.util.ArrayList;
import java.util.List;

/** Counts what a request holds while it is decoded. */
final class DecodingTally {
  /**
   * Most samples in one request. An empty sample takes two bytes on the wire and 24 in memory, so
   * without a bound a small request could claim a lot of memory.
   */
  static final int MOST_SAMPLES = 4 << 20;

  int samples;
  int histograms;
  int exemplars;
  private int rejectedSeries;
  private int rejectedSamples;
  private int rejectedHistograms;
  private final List<String> reasons = new ArrayList<>();

  void rejectSeries(int samples, String reason) {
    rejectedSeries++;
    rejectedSamples += samples;
    because(reason);
  }

  void rejectHistogram(String reason) {
    rejectedHistograms++;
    because(reason);
  }

  /** Notes something that was left out without being a sample. */
  void because(String reason) {
    if (reasons.size() < DecodedWrite.MOST_REASONS) {
      reasons.add(reason);
    }
  }

  void bound(int rows) {
    if (rows >= MOST_SAMPLES) {
      throw new FaultException(
          Fault.BAD_DATA, "more than " + MOST_SAMPLES + " samples in one request");
    }
  }

  DecodedWrite result(SampleBatch batch) {
    return new DecodedWrite(
        batch,
        samples,
        histograms,
        exemplars,
        rejectedSeries,
        rejectedSamples,
        rejectedHistograms,
        reasons);
  }
}
