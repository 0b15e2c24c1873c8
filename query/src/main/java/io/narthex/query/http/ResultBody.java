package io.narthex.query.http;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.QueryValue;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The data of a query's answer: type, result and, where asked for, statistics. */
final class ResultBody implements JsonBody {
  private final QueryValue value;
  private final int limit;
  private final @Nullable Map<String, ?> statistics;
  private boolean begun;
  private int element; // series of a matrix, sample of a vector
  private int point; // in the series, in the current one of its two lists
  private boolean metricWritten;
  private boolean inHistograms;
  private boolean listBegun;

  /**
   * @param limit most elements of a vector or matrix; 0 for no limit
   */
  ResultBody(QueryValue value, int limit, @Nullable Map<String, ?> statistics) {
    this.value = value;
    this.limit = limit == 0 ? Integer.MAX_VALUE : limit;
    this.statistics = statistics;
  }

  @Override
  public boolean write(JsonOut out) {
    if (!begun) {
      out.raw("{\"resultType\":\"").raw(typeOf(value)).raw("\",\"result\":");
      begun = true;
      if (value instanceof QueryValue.Vector || value instanceof QueryValue.Matrix) {
        out.raw('[');
      }
    }
    if (value instanceof QueryValue.Vector vector) {
      if (vector(vector, out)) {
        return true;
      }
    } else if (value instanceof QueryValue.Matrix matrix) {
      if (matrix(matrix, out)) {
        return true;
      }
    } else {
      single(out);
    }
    if (statistics != null) {
      out.raw(",\"stats\":").value(statistics);
    }
    out.raw('}');
    return false;
  }

  /** How many elements a value has that a limit may cut. */
  static int elements(QueryValue value) {
    if (value instanceof QueryValue.Vector vector) {
      return vector.samples().size();
    }
    return value instanceof QueryValue.Matrix matrix ? matrix.series().size() : 1;
  }

  /** The {@code resultType} of the API. */
  static String typeOf(QueryValue value) {
    if (value instanceof QueryValue.Scalar) {
      return "scalar";
    } else if (value instanceof QueryValue.Text) {
      return "string";
    }
    return value instanceof QueryValue.Vector ? "vector" : "matrix";
  }

  private void single(JsonOut out) {
    if (value instanceof QueryValue.Scalar scalar) {
      out.raw('[').number(scalar.timestamp() / 1e3).raw(',').plainText(scalar.value()).raw(']');
    } else if (value instanceof QueryValue.Text text) {
      out.raw('[').number(text.timestamp() / 1e3).raw(',').string(text.value()).raw(']');
    }
  }

  private boolean vector(QueryValue.Vector vector, JsonOut out) {
    int count = Math.min(limit, vector.samples().size());
    for (; element < count; element++) {
      if (out.isFull()) {
        return true;
      }
      var sample = vector.samples().get(element);
      beginElement(out).labels(sample.labels());
      var histogram = sample.histogram();
      out.raw(histogram == null ? ",\"value\":[" : ",\"histogram\":[");
      out.seconds(sample.timestamp()).raw(',');
      if (histogram == null) {
        out.text(sample.value());
      } else {
        HistogramBuckets.write(histogram, out);
      }
      out.raw("]}");
    }
    out.raw(']');
    return false;
  }

  private boolean matrix(QueryValue.Matrix matrix, JsonOut out) {
    int count = Math.min(limit, matrix.series().size());
    while (element < count) {
      if (out.isFull() || series(matrix.series().get(element), out)) {
        return true;
      }
      out.raw('}');
      element++;
      point = 0;
      metricWritten = false;
      inHistograms = false;
      listBegun = false;
    }
    out.raw(']');
    return false;
  }

  private boolean series(QueryValue.Series series, JsonOut out) {
    if (!metricWritten) {
      beginElement(out).labels(series.labels());
      metricWritten = true;
    }
    var histograms = series.histograms();
    if (!inHistograms && floats(series, histograms, out)) {
      return true;
    }
    return histograms != null && histograms(series.timestamps(), histograms, out);
  }

  private boolean floats(
      QueryValue.Series series, @Nullable FloatHistogram @Nullable [] histograms, JsonOut out) {
    int count = series.timestamps().length;
    while (point < count) {
      if (histograms != null && histograms[point] != null) {
        point++;
        continue;
      }
      if (out.isFull()) {
        return true;
      }
      boolean first = !listBegun;
      if (first) {
        out.raw(",\"values\":[");
        listBegun = true;
      }
      int end = histograms == null ? count : runEnd(histograms, point);
      point = out.points(series.timestamps(), series.values(), point, end, first);
    }
    if (listBegun) {
      out.raw(']');
    }
    point = 0;
    listBegun = false;
    inHistograms = true;
    return false;
  }

  private boolean histograms(
      long[] timestamps, @Nullable FloatHistogram[] histograms, JsonOut out) {
    for (; point < histograms.length; point++) {
      var histogram = histograms[point];
      if (histogram == null) {
        continue;
      }
      if (out.isFull()) {
        return true;
      }
      out.raw(listBegun ? "," : ",\"histograms\":[");
      listBegun = true;
      out.raw('[').seconds(timestamps[point]).raw(',');
      HistogramBuckets.write(histogram, out);
      out.raw(']');
    }
    if (listBegun) {
      out.raw(']');
    }
    return false;
  }

  private static int runEnd(@Nullable FloatHistogram[] histograms, int from) {
    int end = from;
    while (end < histograms.length && histograms[end] == null) {
      end++;
    }
    return end;
  }

  private JsonOut beginElement(JsonOut out) {
    return out.raw(element == 0 ? "{\"metric\":" : ",{\"metric\":");
  }
}
