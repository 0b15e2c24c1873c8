package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.MetricMetadata.MetricType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Parses the Prometheus text format 0.0.4 and 1.0.0, names in quotes included. What is accepted is
 * what Prometheus accepts on a scrape. Source: Prometheus documentation, "Exposition formats".
 */
public final class TextParser extends LineParser {
  private boolean help;
  private byte[] expected = {};
  private int expectedFrom;
  private int expectedTo;
  private boolean asExpected;

  /** Parses {@code bytes[from, to)}, which is not to be changed meanwhile. */
  public TextParser(byte[] bytes, int from, int to) {
    super(bytes, from, to, false);
  }

  @Override
  public Entry next() {
    while (true) {
      skipBlanks();
      if (at >= end) {
        return Entry.END;
      }
      switch (b[at]) {
        case '\n' -> at++;
        case '#' -> {
          return comment();
        }
        default -> {
          if (!atName() && b[at] != '{') {
            throw fault("expected a metric name or a comment");
          }
          sample();
          return Entry.SERIES;
        }
      }
    }
  }

  @Override
  public long startTimestamp() {
    return 0;
  }

  @Override
  public @Nullable ParsedExemplar nextExemplar() {
    return null;
  }

  @Override
  public String text() {
    return help ? unescaped(textFrom, textTo, false) : string(textFrom, textTo);
  }

  @Override
  public void expect(byte[] text, int from, int to) {
    expected = text;
    expectedFrom = from;
    expectedTo = to;
  }

  @Override
  public boolean asExpected() {
    return asExpected;
  }

  @Override
  public void labels(LabelBuffer into) {
    if (asExpected) {
      int back = at;
      at = seriesFrom;
      series();
      at = back;
    }
    super.labels(into);
  }

  /**
   * Whether the text at the cursor is the series that is expected; then moves behind it. Text that
   * was read as a series before is read so again. Behind a name without braces, labels could follow
   * after blanks.
   */
  private boolean expectedSeries() {
    int length = expectedTo - expectedFrom;
    int after = at + length;
    if (length == 0
        || after + 1 >= end
        || b[after] != ' '
        || !Arrays.equals(b, at, after, expected, expectedFrom, expectedTo)) {
      return false;
    }
    byte next = b[after + 1];
    if (b[after - 1] != '}' && (next == '{' || next == ' ' || next == '\t')) {
      return false;
    }
    seriesFrom = at;
    seriesTo = after;
    at = after;
    return true;
  }

  private void sample() {
    asExpected = expectedSeries();
    expectedTo = expectedFrom;
    if (!asExpected) {
      series();
    }
    skipBlanks();
    int from = at;
    while (at < end && b[at] != ' ' && b[at] != '\n' && b[at] != '\t' && b[at] != '{') {
      at++;
    }
    if (at == from) {
      throw fault("expected a value after the metric");
    }
    value = number(from, at);
    skipBlanks();
    hasTimestamp = false;
    if (at < end && b[at] != '\n') {
      milliseconds();
    }
    at++;
  }

  private void milliseconds() {
    int from = at;
    long milliseconds = 0;
    for (int digit; at < end && (digit = b[at] - '0') >= 0 && digit <= 9; at++) {
      if (milliseconds > (Long.MAX_VALUE - digit) / 10) {
        throw faultAt(from, "timestamp is out of range");
      }
      milliseconds = 10 * milliseconds + digit;
    }
    if (at == from) {
      throw fault("expected a timestamp in milliseconds or a new line after the value");
    }
    skipBlanks();
    if (at < end && b[at] != '\n') {
      throw fault("expected a new line after the timestamp");
    }
    timestamp = milliseconds;
    hasTimestamp = true;
  }

  private Entry comment() {
    int from = at++;
    boolean blank = at(' ') || at('\t');
    skipBlanks();
    if (blank && keyword("HELP")) {
      metadata("HELP");
      help = true;
      checkHelp();
      return Entry.HELP;
    }
    if (blank && keyword("TYPE")) {
      metadata("TYPE");
      help = false;
      type = typeNamed();
      return Entry.TYPE;
    }
    help = false;
    at = from;
    textFrom = from;
    skipLine();
    return Entry.COMMENT;
  }

  /** Whether the word and a blank stand at the cursor; if so, moves behind them. */
  private boolean keyword(String word) {
    int after = at + word.length();
    if (after >= end || (b[after] != ' ' && b[after] != '\t')) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (b[at + i] != word.charAt(i)) {
        return false;
      }
    }
    at = after;
    skipBlanks();
    return true;
  }

  /** A name and, behind one byte that parts them, text up to the end of the line. */
  private void metadata(String keyword) {
    familyName(keyword);
    textFrom = at < end && b[at] != '\n' ? at + 1 : at;
    skipLine();
    boolean onlyBlanks = true;
    for (int i = textFrom; i < textTo && onlyBlanks; i++) {
      onlyBlanks = b[i] == ' ' || b[i] == '\t';
    }
    textFrom = onlyBlanks ? textTo : textFrom;
  }

  private void skipLine() {
    while (at < end && b[at] != '\n') {
      at++;
    }
    textTo = at;
    at++;
  }

  private MetricType typeNamed() {
    return switch (string(textFrom, textTo)) {
      case "counter" -> MetricType.COUNTER;
      case "gauge" -> MetricType.GAUGE;
      case "histogram" -> MetricType.HISTOGRAM;
      case "summary" -> MetricType.SUMMARY;
      case "untyped" -> MetricType.UNKNOWN;
      default ->
          throw faultAt(
              textFrom,
              "invalid metric type \""
                  + string(textFrom, textTo)
                  + "\": want counter, gauge, histogram, summary or untyped");
    };
  }
}
