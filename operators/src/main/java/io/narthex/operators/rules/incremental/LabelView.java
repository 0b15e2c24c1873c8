package io.narthex.operators.rules.incremental;

import io.narthex.pipeline.model.Labels;
import java.util.HashSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The labels of a node's series, with or without the metric's name; made when asked for. */
final class LabelView {
  private final boolean keepsName;
  private @Nullable Labels[] cached = new Labels[0];
  private IntFunction<Labels> source = position -> Labels.EMPTY;
  private boolean distinct = true;

  LabelView(boolean keepsName) {
    this.keepsName = keepsName;
  }

  /**
   * Begins anew.
   *
   * @param labels of the input, which are all different
   * @param oneName whether they stay different without the name
   */
  void reset(int size, IntFunction<Labels> labels, boolean oneName) {
    source = labels;
    if (keepsName) {
      return;
    }
    cached = new Labels[size];
    distinct = true;
    if (!oneName) {
      var seen = new HashSet<Labels>();
      for (int position = 0; position < size && distinct; position++) {
        distinct = seen.add(of(position));
      }
    }
  }

  Labels of(int position) {
    if (keepsName) {
      return source.apply(position);
    }
    var known = cached[position];
    if (known == null) {
      known = source.apply(position).without(Labels.METRIC_NAME::equals);
      cached[position] = known;
    }
    return known;
  }

  /** Whether all labels are different. */
  boolean distinct() {
    return distinct;
  }
}
