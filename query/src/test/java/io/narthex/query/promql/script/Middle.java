package io.narthex.query.promql.script;

import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.QueryValue.Sample;
import java.util.ArrayList;
import java.util.Arrays;

/** One step of a matrix as the value of an instant query. */
final class Middle {
  private Middle() {}

  static QueryValue of(QueryValue.Matrix matrix, long time, QueryValue like) {
    var samples = new ArrayList<Sample>();
    for (QueryValue.Series series : matrix.series()) {
      int at = Arrays.binarySearch(series.timestamps(), time);
      if (at >= 0) {
        var histogram = series.histograms() == null ? null : series.histograms()[at];
        samples.add(new Sample(series.labels(), time, series.values()[at], histogram));
      }
    }
    return like instanceof QueryValue.Scalar
        ? new QueryValue.Scalar(time, samples.get(0).value())
        : new QueryValue.Vector(samples);
  }
}
