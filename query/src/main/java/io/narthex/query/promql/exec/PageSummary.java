package io.narthex.query.promql.exec;

import io.narthex.pipeline.storage.PageStatistics;
import org.jspecify.annotations.Nullable;

/**
 * What a function needs of a page that lies in a range as a whole: one of its values, which its
 * statistics tell. In place of all samples of such a page the function may see that value alone.
 */
enum PageSummary {
  MIN,
  MAX,
  FIRST,
  LAST;

  /** What a function over range vectors needs; null if that is more than one value. */
  static @Nullable PageSummary of(String function) {
    return switch (function) {
      case "min_over_time" -> MIN;
      case "max_over_time" -> MAX;
      case "first_over_time" -> FIRST;
      case "last_over_time" -> LAST;
      default -> null;
    };
  }

  double value(PageStatistics statistics) {
    return switch (this) {
      case MIN -> statistics.min();
      case MAX -> statistics.max();
      case FIRST -> statistics.first();
      case LAST -> statistics.last();
    };
  }
}
