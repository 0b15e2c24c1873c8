package io.narthex.query.promql.exec;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.LabelHash;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;
import java.io.ByteArrayOutputStream;

/**
 * {@code limit_ratio}: the share of the series whose hash is in the first r of all hashes; for a
 * negative r its complement. The hash is that of Prometheus, so that both choose the same series.
 */
final class RatioLimit {
  private static final double HASHES = 0x1p64;

  private RatioLimit() {}

  /** Checks the ratios as Prometheus does; false if nothing can be selected. */
  static boolean check(double[] ratios, Annotations annotations, Span span) {
    double max = Double.NEGATIVE_INFINITY;
    double min = Double.POSITIVE_INFINITY;
    for (double ratio : ratios) {
      if (Double.isNaN(ratio)) {
        throw Evaluation.fault("Ratio value is NaN");
      }
      max = Math.max(max, ratio);
      min = Math.min(min, ratio);
    }
    if (max == 0 && min == 0) {
      return false;
    }
    if (max > 1) {
      annotations.warn(Notes.invalidRatio(max, 1), span);
    }
    if (min < -1) {
      annotations.warn(Notes.invalidRatio(min, -1), span);
    }
    return true;
  }

  static Operand.Vector of(Operand.Vector input, double[] ratios) {
    return new Operand.Vector() {
      @Override
      public int size() {
        return input.size();
      }

      @Override
      public Labels labels(int series) {
        return input.labels(series);
      }

      @Override
      public boolean dropsName(int series) {
        return input.dropsName(series);
      }

      @Override
      public void evaluate(int series, Column out) {
        input.evaluate(series, out);
        double offset = offset(input.labels(series));
        for (int step = 0; step < ratios.length; step++) {
          if (!takes(Math.max(-1, Math.min(1, ratios[step])), offset)) {
            out.remove(step);
          }
        }
      }
    };
  }

  private static boolean takes(double ratio, double offset) {
    return ratio >= 0 ? offset < ratio : offset >= 1 + ratio;
  }

  private static double offset(Labels labels) {
    var bytes = new ByteArrayOutputStream();
    labels.forEach(
        (name, value) -> {
          write(bytes, name.getBytes(UTF_8));
          write(bytes, value.getBytes(UTF_8));
        });
    byte[] encoded = bytes.toByteArray();
    long hash = LabelHash.of(encoded, 0, encoded.length);
    return unsigned(hash) / HASHES;
  }

  /** A length below 255 takes one byte; a longer one 255 and three bytes, low ones first. */
  private static void write(ByteArrayOutputStream out, byte[] text) {
    int length = text.length;
    if (length < 255) {
      out.write(length);
    } else {
      out.write(255);
      out.write(length);
      out.write(length >> 8);
      out.write(length >> 16);
    }
    out.write(text, 0, length);
  }

  private static double unsigned(long hash) {
    // Halving keeps the lost bit, so that the result is rounded once.
    return hash >= 0 ? hash : ((hash >>> 1) | (hash & 1)) * 2.0;
  }
}
