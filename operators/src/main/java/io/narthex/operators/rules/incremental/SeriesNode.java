package io.narthex.operators.rules.incremental;

import io.narthex.pipeline.model.Labels;
import java.util.HashSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A part of an expression whose values are kept from tick to tick: one value for each series at one
 * time. What it gives at a time is bit for bit what a query at that time gives. Shared by the rules
 * that have the same part. Confined to one thread.
 */
abstract class SeriesNode {
  /** By position; garbage where nothing is present. */
  double[] values = new double[8];

  /** Whether there is a value. */
  boolean[] present = new boolean[8];

  /** Whether a query would come across the series at all, with or without a value. */
  boolean[] selected = new boolean[8];

  /** Goes up whenever positions or labels change. */
  long structure;

  /** Goes up whenever anything changes, values included. */
  long version;

  /**
   * Brings the values to a time.
   *
   * @param time milliseconds
   * @return false if only a query can tell what the values are, as with histograms and with series
   *     that lose what tells them apart
   */
  abstract boolean refresh(long time);

  abstract int size();

  /** Labels of the result. */
  abstract Labels labels(int position);

  /** Labels of the result less the metric's name. */
  abstract Labels nameless(int position);

  /** How many positions are taken at the time, in the order in which a query gives them. */
  int ordered() {
    return size();
  }

  /** The position of the n-th series in order. */
  int position(int n) {
    return n;
  }

  /** Whether no two series have the same labels. */
  abstract boolean distinct();

  /** Whether series stay different when the metric's name goes, whatever series come. */
  abstract boolean hasOneName();

  /**
   * The labels of the one stored series behind a position, always the same object while that series
   * is there, in label order over the positions; null where there is no such series.
   */
  @Nullable Labels origin(int position) {
    return null;
  }

  /** Whether label sets are all different. */
  static boolean areDistinct(int size, IntFunction<Labels> labels) {
    var seen = new HashSet<Labels>();
    for (int position = 0; position < size; position++) {
      if (!seen.add(labels.apply(position))) {
        return false;
      }
    }
    return true;
  }
}
