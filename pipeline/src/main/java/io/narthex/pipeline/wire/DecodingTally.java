package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
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

  /**
   * Most bytes of labels in one request where labels are not a part of it: many series may refer to
   * one long text.
   */
  static final long MOST_LABEL_BYTES = 128 << 20;

  /**
   * Most exemplars and descriptions of metrics in one request; an empty one takes two bytes there.
   */
  static final int MOST_DETAILS = 1 << 18;

  /**
   * Most buckets of all native histograms in one request; one takes a byte there and 8 in memory.
   */
  static final int MOST_BUCKETS = 4 << 20;

  int samples;
  int histograms;
  int exemplars;
  private int rejectedSeries;
  private int rejectedSamples;
  private int rejectedHistograms;
  private int descriptions;
  private long labelBytes;
  private long buckets;
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
      throw tooMany(MOST_SAMPLES, "samples");
    }
  }

  /** Counts an exemplar. */
  void exemplar() {
    exemplars++;
    boundDetails();
  }

  /** Counts a description of a metric. */
  void description() {
    descriptions++;
    boundDetails();
  }

  private void boundDetails() {
    if (exemplars + descriptions > MOST_DETAILS) {
      throw tooMany(MOST_DETAILS, "exemplars and metadata");
    }
  }

  /** Counts the labels of a series. */
  void labels(long bytes) {
    labelBytes += bytes;
    if (labelBytes > MOST_LABEL_BYTES) {
      throw tooMany(MOST_LABEL_BYTES, "bytes of labels");
    }
  }

  /** Counts a native histogram. */
  void histogram(FloatHistogram histogram) {
    histograms++;
    buckets += histogram.sizeInBytes() / Double.BYTES;
    if (buckets > MOST_BUCKETS) {
      throw tooMany(MOST_BUCKETS, "buckets of histograms");
    }
  }

  private static FaultException tooMany(long most, String what) {
    return new FaultException(Fault.BAD_DATA, "more than " + most + " " + what + " in one request");
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
