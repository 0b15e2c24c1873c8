package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.MetricMetadata.MetricType;
import org.jspecify.annotations.Nullable;

/**
 * Parses OpenMetrics text 0.0.1 and 1.0.0. What is accepted is what Prometheus accepts on a scrape;
 * {@link OpenMetricsValidator} holds a text to the whole specification.
 *
 * <p>Where asked, the {@code _created} samples of counters, histograms and summaries are no samples
 * of their own but the start timestamps of the other samples of their metric. Source: OpenMetrics
 * 1.0 specification.
 */
public final class OpenMetricsParser extends LineParser {
  private static final String NO_EOF = "data does not end with # EOF";

  private final boolean createdAsStart;
  private final CreatedTimestamps created;
  private final LabelBuffer exemplarLabels = new LabelBuffer();
  private int[] sampleOffsets = new int[64];
  private int sampleOffsetsEnd;
  private boolean hasExemplar;
  private double exemplarValue;
  private boolean hasExemplarTimestamp;
  private long exemplarTimestamp;
  private boolean help;

  /**
   * Parses {@code bytes[from, to)}, which is not to be changed meanwhile.
   *
   * @param createdAsStart whether {@code _created} samples become start timestamps
   */
  public OpenMetricsParser(byte[] bytes, int from, int to, boolean createdAsStart) {
    super(bytes, from, to, true);
    this.createdAsStart = createdAsStart;
    this.created = new CreatedTimestamps();
  }

  /** Reads ahead in the text of another parser. */
  OpenMetricsParser(OpenMetricsParser other, int from) {
    super(other, from);
    this.createdAsStart = false;
    this.created = new CreatedTimestamps();
  }

  @Override
  public Entry next() {
    while (true) {
      hasExemplar = false;
      if (at >= end) {
        throw fault(NO_EOF);
      }
      if (b[at] == '#') {
        return metadata();
      }
      if (!atName() && b[at] != '{') {
        throw fault("expected a metric name, # HELP, # TYPE, # UNIT or # EOF");
      }
      sample();
      if (!createdAsStart || !CreatedTimestamps.isCreated(this)) {
        return Entry.SERIES;
      }
      created.passed(this);
    }
  }

  @Override
  public long startTimestamp() {
    return createdAsStart ? created.of(this) : 0;
  }

  @Override
  public @Nullable ParsedExemplar nextExemplar() {
    if (!hasExemplar) {
      return null;
    }
    hasExemplar = false;
    return new ParsedExemplar(
        exemplarLabels.toLabels(), exemplarValue, hasExemplarTimestamp, exemplarTimestamp);
  }

  @Override
  public String text() {
    return help ? unescaped(textFrom, textTo, true) : string(textFrom, textTo);
  }

  private Entry metadata() {
    int from = at;
    if (keyword("# EOF")) {
      if (at('\n')) {
        at++;
      }
      if (at < end) {
        throw fault("unexpected data after # EOF");
      }
      return Entry.END;
    }
    help = keyword("# HELP ");
    if (help) {
      nameAndText("HELP");
      checkHelp();
      return Entry.HELP;
    }
    if (keyword("# TYPE ")) {
      nameAndText("TYPE");
      type = typeNamed();
      created.family();
      return Entry.TYPE;
    }
    if (keyword("# UNIT ")) {
      nameAndText("UNIT");
      checkUnit();
      return Entry.UNIT;
    }
    at = from;
    throw fault("expected # HELP, # TYPE, # UNIT or # EOF");
  }

  private boolean keyword(String word) {
    if (end - at < word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (b[at + i] != word.charAt(i)) {
        return false;
      }
    }
    at += word.length();
    return true;
  }

  private void nameAndText(String keyword) {
    familyName(keyword);
    if (!at(' ')) {
      throw fault("expected a space and text in " + keyword);
    }
    textFrom = ++at;
    while (at < end && b[at] != '\n') {
      at++;
    }
    if (at >= end) {
      throw fault(NO_EOF);
    }
    textTo = at++;
  }

  private void checkUnit() {
    int length = textTo - textFrom;
    if (length == 0) {
      return;
    }
    String unit = string(textFrom, textTo);
    if (!string(familyFrom, familyTo).endsWith("_" + unit)) {
      throw faultAt(textFrom, "unit \"" + unit + "\" not a suffix of metric \"" + family() + "\"");
    }
  }

  private MetricType typeNamed() {
    return switch (string(textFrom, textTo)) {
      case "counter" -> MetricType.COUNTER;
      case "gauge" -> MetricType.GAUGE;
      case "histogram" -> MetricType.HISTOGRAM;
      case "gaugehistogram" -> MetricType.GAUGEHISTOGRAM;
      case "summary" -> MetricType.SUMMARY;
      case "info" -> MetricType.INFO;
      case "stateset" -> MetricType.STATESET;
      case "unknown" -> MetricType.UNKNOWN;
      default ->
          throw faultAt(textFrom, "invalid metric type \"" + string(textFrom, textTo) + "\"");
    };
  }

  private void sample() {
    series();
    value = number("the metric");
    hasTimestamp = false;
    if (at(' ') && !atExemplar()) {
      timestamp = seconds("timestamp");
      hasTimestamp = true;
    }
    if (atExemplar()) {
      exemplar();
    } else {
      newline("a timestamp, an exemplar or a new line");
    }
  }

  private boolean atExemplar() {
    return end - at > 3 && b[at] == ' ' && b[at + 1] == '#' && b[at + 2] == ' ' && b[at + 3] == '{';
  }

  private void newline(String wanted) {
    if (at >= end) {
      throw fault(NO_EOF);
    }
    if (b[at] != '\n') {
      throw fault("expected " + wanted);
    }
    at++;
  }

  private double number(String after) {
    int from = at + 1;
    int to = token();
    if (to <= from) {
      throw fault("expected a space and a value after " + after);
    }
    at = to;
    return number(from, to);
  }

  /** End of the token behind the space at the cursor; the cursor itself if there is no space. */
  private int token() {
    if (!at(' ')) {
      return at;
    }
    int p = at + 1;
    while (p < end && b[p] != ' ' && b[p] != '\n') {
      p++;
    }
    return p;
  }

  private long seconds(String what) {
    int from = at + 1;
    double seconds = number(what);
    if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
      throw faultAt(from, "invalid " + what + " " + string(from, at));
    }
    return (long) (seconds * 1000);
  }

  private void exemplar() {
    at += 4;
    swapOffsets();
    offsetsEnd = 0;
    labelSet(false);
    exemplarLabels.clear();
    for (int i = 0; i < offsetsEnd; i += 4) {
      exemplarLabels.add(b, offsets[i], offsets[i + 1], b, offsets[i + 2], offsets[i + 3]);
    }
    String fault = exemplarLabels.seal(false);
    swapOffsets();
    if (fault != null) {
      throw fault("invalid exemplar labels: " + fault);
    }
    exemplarValue = number("the exemplar's labels");
    hasExemplarTimestamp = at(' ');
    exemplarTimestamp = hasExemplarTimestamp ? seconds("exemplar timestamp") : 0;
    newline("a new line after the exemplar");
    hasExemplar = true;
  }

  /** An exemplar's labels are read like the sample's, which must stay readable. */
  private void swapOffsets() {
    int[] held = offsets;
    int heldEnd = offsetsEnd;
    offsets = sampleOffsets;
    offsetsEnd = sampleOffsetsEnd;
    sampleOffsets = held;
    sampleOffsetsEnd = heldEnd;
  }
}
