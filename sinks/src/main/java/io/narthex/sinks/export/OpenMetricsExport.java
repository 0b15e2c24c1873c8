package io.narthex.sinks.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.Labels;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.regex.Pattern;

/**
 * OpenMetrics 1.0 text with timestamps, as {@code import openmetrics} and Prometheus' tools read
 * it. The type of all metrics is unknown, as the store keeps samples by their own names. Native
 * histograms and ends of series have no place in the format.
 */
public final class OpenMetricsExport {
  private static final Pattern PLAIN_METRIC = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern PLAIN_LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  private OpenMetricsExport() {}

  /** Writes everything; the stream stays open. */
  public static Export.Summary write(Export export, OutputStream out, Export.Progress progress)
      throws IOException {
    var writer = new BufferedWriter(new OutputStreamWriter(out, UTF_8), 1 << 16);
    var summary = new SeriesWalk(export, progress).run(new Lines(writer));
    writer.write("# EOF\n");
    writer.flush();
    return summary;
  }

  private static final class Lines implements SeriesWalk.Visitor {
    private final Writer out;
    private String series = "";

    Lines(Writer out) {
      this.out = out;
    }

    @Override
    public void metric(String name) throws IOException {
      out.write("# TYPE " + (isPlain(name) ? name : quoted(name)) + " unknown\n");
    }

    @Override
    public void series(Labels labels) {
      String name = labels.metricName();
      var inner = new StringBuilder(isPlain(name) ? "" : quoted(name));
      labels.forEach(
          (label, value) -> {
            if (!label.equals(Labels.METRIC_NAME)) {
              inner
                  .append(inner.isEmpty() ? "" : ",")
                  .append(PLAIN_LABEL.matcher(label).matches() ? label : quoted(label))
                  .append('=')
                  .append(quoted(value));
            }
          });
      series = (isPlain(name) ? name : "") + (inner.isEmpty() ? " " : "{" + inner + "} ");
    }

    @Override
    public void sample(long time, double value) throws IOException {
      out.write(series);
      out.write(text(value));
      out.write(' ');
      seconds(time);
      out.write('\n');
    }

    private void seconds(long millis) throws IOException {
      long rest = Math.floorMod(millis, 1000L);
      long whole = Math.floorDiv(millis, 1000L);
      boolean negative = millis < 0 && rest > 0;
      // Before 1970 the digits behind the point count away from zero as well.
      out.write(negative && whole == -1 ? "-0" : Long.toString(negative ? whole + 1 : whole));
      long digits = negative ? 1000 - rest : rest;
      if (digits > 0) {
        out.write('.');
        out.write(Long.toString(1000 + digits).substring(1));
      }
    }

    private static String text(double value) {
      if (Double.isNaN(value)) {
        return "NaN";
      }
      if (Double.isInfinite(value)) {
        return value > 0 ? "+Inf" : "-Inf";
      }
      long whole = (long) value;
      boolean exact = whole == value && Math.abs(value) < 1L << 53;
      return exact && (whole != 0 || 1 / value > 0) ? Long.toString(whole) : Double.toString(value);
    }

    private static boolean isPlain(String metric) {
      return PLAIN_METRIC.matcher(metric).matches();
    }

    private static String quoted(String text) {
      return '"' + text.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"") + '"';
    }
  }
}
