package io.narthex.query.promql.parse;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.query.promql.ast.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads series descriptions, the language in which rule tests and PromQL test scripts write
 * samples: a metric, then items divided by spaces.
 *
 * <pre>{@code
 * http_requests{job="api"} 1 2 _ 0+10x4 stale {{schema:0 count:3 buckets:[1 2]}}x2
 * }</pre>
 *
 * {@code axn} stands for n + 1 times a, {@code a+bxn} for a, a + b … (n + 1 values), {@code _xn}
 * for n holes.
 */
public final class SeriesDescriptionParser {
  /** Most values that one description may stand for. */
  public static final int MAX_VALUES = 1_000_000;

  private final HistogramArithmetic arithmetic;

  public SeriesDescriptionParser(HistogramArithmetic arithmetic) {
    this.arithmetic = arithmetic;
  }

  /**
   * Reads a description.
   *
   * @throws FaultException {@code BAD_DATA} with line and column
   */
  public SeriesDescription parse(String text) {
    var problems = new ParseProblems();
    var lexer = new Lexer(text.getBytes(StandardCharsets.UTF_8));
    try {
      Labels labels = new MetricReader(lexer, problems).metric();
      return new SeriesDescription(labels, values(new SeriesScanner(lexer, problems)));
    } catch (SyntaxStop stop) {
      throw fault(text, problems);
    }
  }

  /**
   * Reads the labels at the beginning of a text and gives what follows them.
   *
   * @throws FaultException {@code BAD_DATA} with line and column
   */
  public static SeriesDescription.Prefix parsePrefix(String text) {
    var problems = new ParseProblems();
    var lexer = new Lexer(text.getBytes(StandardCharsets.UTF_8));
    try {
      Labels labels = new MetricReader(lexer, problems).metric();
      return new SeriesDescription.Prefix(labels, lexer.text(lexer.pos, lexer.length()));
    } catch (SyntaxStop stop) {
      throw fault(text, problems);
    }
  }

  private List<SeriesValue> values(SeriesScanner in) {
    var values = new ArrayList<SeriesValue>();
    while (in.peek() >= 0) {
      if (!in.spaces()) {
        throw in.fail(in.unexpected());
      }
      if (in.peek() >= 0) {
        item(in, values);
      }
    }
    return values;
  }

  private void item(SeriesScanner in, List<SeriesValue> values) {
    int most = MAX_VALUES - values.size();
    if (in.take("_")) {
      int times = in.take("x") ? in.repetition(most) : 1;
      for (int i = 0; i < times; i++) {
        values.add(new SeriesValue.Omitted());
      }
    } else if (in.take("{{")) {
      histogram(in, most, values);
    } else if (in.take("stale")) {
      values.add(new SeriesValue.FloatValue(StaleMarker.VALUE));
    } else {
      number(in, most, values);
    }
  }

  private static void number(SeriesScanner in, int most, List<SeriesValue> values) {
    double value = in.number();
    double step = 0;
    boolean stepped = in.peek() == '+' || in.peek() == '-';
    if (stepped) {
      step = in.number();
    }
    boolean repeated = in.take("x");
    if (stepped && !repeated) {
      throw in.fail(in.unexpected() + ", expected \"x\" and a repetition");
    }
    int times = repeated ? in.repetition(most - 1) : 0;
    for (int i = 0; i <= times; i++) {
      values.add(new SeriesValue.FloatValue(value));
      value += step;
    }
  }

  private void histogram(SeriesScanner in, int most, List<SeriesValue> values) {
    SeriesValue.Histogram first = HistogramNotation.rest(in);
    boolean minus = in.peek() == '-';
    if (!in.take("+{{") && !in.take("-{{")) {
      int times = in.take("x") ? in.repetition(most - 1) : 0;
      for (int i = 0; i <= times; i++) {
        values.add(first);
      }
      return;
    }
    SeriesValue.Histogram step = HistogramNotation.rest(in);
    if (!in.take("x")) {
      throw in.fail(in.unexpected() + ", expected \"x\" and a repetition");
    }
    int times = in.repetition(most - 1);
    FloatHistogram present = first.histogram();
    values.add(new SeriesValue.Histogram(present, step.hintGiven()));
    for (int i = 0; i < times; i++) {
      present = next(in, present, step.histogram(), minus);
      values.add(new SeriesValue.Histogram(present, step.hintGiven()));
    }
  }

  private FloatHistogram next(
      SeriesScanner in, FloatHistogram present, FloatHistogram step, boolean minus) {
    if (present.schema() > step.schema()) {
      throw in.fail(
          "error combining histograms: cannot merge from schema "
              + step.schema()
              + " to "
              + present.schema());
    }
    try {
      return minus ? arithmetic.subtract(present, step) : arithmetic.add(present, step);
    } catch (IllegalArgumentException e) {
      throw in.fail(String.valueOf(e.getMessage()));
    }
  }

  private static FaultException fault(String text, ParseProblems problems) {
    return new FaultException(Fault.BAD_DATA, problems.all().get(0).describe(text));
  }

  /** Reads the labels at the beginning. */
  private static final class MetricReader {
    private final Lexer lexer;
    private final ParseProblems problems;
    private TokenType token = TokenType.END;

    MetricReader(Lexer lexer, ParseProblems problems) {
      this.lexer = lexer;
      this.problems = problems;
    }

    Labels metric() {
      var labels = Labels.builder();
      next();
      if (token.isMetricName()) {
        labels.set(Labels.METRIC_NAME, lexer.text());
        if (lexer.peek() != '{') {
          return labels.build();
        }
        next();
      }
      if (token != TokenType.LEFT_BRACE) {
        throw unexpected("");
      }
      next();
      while (token != TokenType.RIGHT_BRACE) {
        label(labels);
        if (token == TokenType.COMMA) {
          next();
        } else if (token != TokenType.RIGHT_BRACE) {
          throw unexpected(" in label set, expected \",\" or \"}\"");
        }
      }
      return labels.build();
    }

    private void label(Labels.Builder labels) {
      boolean quoted = token == TokenType.STRING;
      if (!quoted && token != TokenType.IDENTIFIER) {
        throw unexpected(" in label set, expected identifier or \"}\"");
      }
      String name = quoted ? GoText.unquote(lexer.text()) : lexer.text();
      next();
      if (token != TokenType.EQL) {
        if (!quoted) {
          throw unexpected(" in label set, expected \"=\"");
        }
        labels.set(Labels.METRIC_NAME, name);
        return;
      }
      next();
      if (token != TokenType.STRING) {
        throw unexpected(" in label set, expected string");
      }
      labels.set(name, GoText.unquote(lexer.text()));
      next();
    }

    private void next() {
      token = lexer.next();
      if (token == TokenType.ERROR) {
        problems.syntax(new Span(lexer.start, lexer.length()), lexer.error());
        throw new SyntaxStop();
      }
    }

    private SyntaxStop unexpected(String where) {
      problems.syntax(
          new Span(lexer.start, lexer.pos), "unexpected " + token.describe(lexer.text()) + where);
      return new SyntaxStop();
    }
  }
}
