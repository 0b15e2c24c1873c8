package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.model.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the two text formats share: names, label sets, numbers and faults with their place. */
abstract class LineParser implements ExpositionParser {
  private static final byte NAME_START = 1;
  private static final byte COLON = 2;
  private static final byte DIGIT = 4;

  /** What a byte may be in a name without quotes. */
  private static final byte[] CLASS = new byte[256];

  private static final byte[] LE = {'l', 'e'};
  private static final byte[] QUANTILE = "quantile".getBytes(StandardCharsets.US_ASCII);

  static {
    Arrays.fill(CLASS, 'a', 'z' + 1, NAME_START);
    Arrays.fill(CLASS, 'A', 'Z' + 1, NAME_START);
    CLASS['_'] = NAME_START;
    CLASS[':'] = COLON;
    Arrays.fill(CLASS, '0', '9' + 1, DIGIT);
  }

  final byte[] b;
  final int begin;
  final int end;
  int at;

  int seriesFrom;
  int seriesTo;
  int nameFrom;
  int nameTo;

  /** Four offsets a label: name from, name to, value from, value to; without the quotes. */
  int[] offsets = new int[64];

  int offsetsEnd;
  double value;
  boolean hasTimestamp;
  long timestamp;
  MetricType type = MetricType.UNKNOWN;
  int familyFrom;
  int familyTo;
  int textFrom;
  int textTo;

  final DecimalReader number = new DecimalReader();

  /** Whether everything is UTF-8, so that no part has to be checked on its own. */
  private final boolean allUtf8;

  /** OpenMetrics: no blanks, and commas between labels are required. */
  private final boolean strict;

  private int unescapedFrom;
  private int unescapedTo;
  private byte[] unescapedName = new byte[64];
  private byte[] unescapedValue = new byte[64];
  private final byte[] bound = new byte[DoubleText.MAX_LENGTH + 2];

  LineParser(byte[] bytes, int from, int to, boolean strict) {
    this.b = bytes;
    this.begin = from;
    this.end = to;
    this.at = from;
    this.strict = strict;
    this.allUtf8 = Utf8.isValid(bytes, from, to);
  }

  /** A second parser of the same text, which begins at {@code from}. */
  LineParser(LineParser other, int from) {
    this.b = other.b;
    this.begin = other.begin;
    this.end = other.end;
    this.at = from;
    this.strict = other.strict;
    this.allUtf8 = other.allUtf8;
    this.type = other.type;
    this.familyFrom = other.familyFrom;
    this.familyTo = other.familyTo;
  }

  @Override
  public byte[] bytes() {
    return b;
  }

  @Override
  public int seriesFrom() {
    return seriesFrom;
  }

  @Override
  public int seriesTo() {
    return seriesTo;
  }

  @Override
  public double value() {
    return value;
  }

  @Override
  public boolean hasTimestamp() {
    return hasTimestamp;
  }

  @Override
  public long timestamp() {
    return timestamp;
  }

  @Override
  public @Nullable FloatHistogram histogram() {
    return null;
  }

  @Override
  public MetricType type() {
    return type;
  }

  @Override
  public String family() {
    return string(familyFrom, familyTo);
  }

  String string(int from, int to) {
    return new String(b, from, to - from, StandardCharsets.UTF_8);
  }

  @Override
  public void labels(LabelBuffer into) {
    into.clear();
    byte[] name = unescape(nameFrom, nameTo, true);
    into.addMetricName(name, unescapedFrom, unescapedTo);
    for (int i = 0; i < offsetsEnd; i += 4) {
      addLabel(into, i);
    }
    String fault = into.seal(true);
    if (fault != null) {
      throw faultAt(seriesFrom, "invalid labels " + into + ": " + fault);
    }
  }

  private void addLabel(LabelBuffer into, int i) {
    byte[] name = unescape(offsets[i], offsets[i + 1], true);
    int from = unescapedFrom;
    int to = unescapedTo;
    byte[] text = unescape(offsets[i + 2], offsets[i + 3], false);
    if (isBound(name, from, to) && number.read(text, unescapedFrom, unescapedTo)) {
      into.add(name, from, to, bound, 0, OpenMetricsFloat.write(number.value, bound));
    } else {
      into.add(name, from, to, text, unescapedFrom, unescapedTo);
    }
  }

  private boolean isBound(byte[] name, int from, int to) {
    return switch (type) {
      case HISTOGRAM -> Arrays.equals(name, from, to, LE, 0, LE.length);
      case SUMMARY -> Arrays.equals(name, from, to, QUANTILE, 0, QUANTILE.length);
      default -> false;
    };
  }

  /** The text without its escapes, in {@code [unescapedFrom, unescapedTo)} of the array given. */
  private byte[] unescape(int from, int to, boolean name) {
    int escape = from;
    while (escape < to && b[escape] != '\\') {
      escape++;
    }
    unescapedFrom = from;
    unescapedTo = to;
    if (escape == to) {
      return b;
    }
    byte[] out = name ? unescapedName : unescapedValue;
    if (out.length < to - from) {
      out = new byte[2 * (to - from)];
      if (name) {
        unescapedName = out;
      } else {
        unescapedValue = out;
      }
    }
    unescapedFrom = 0;
    unescapedTo = unescape(b, from, to, out, true);
    return out;
  }

  /** Replaces {@code \\}, {@code \n} and, where asked, {@code \"}; other escapes stay. */
  private static int unescape(byte[] b, int from, int to, byte[] out, boolean quotes) {
    int length = 0;
    for (int p = from; p < to; p++) {
      byte c = b[p];
      if (c == '\\' && p + 1 < to) {
        byte escaped = b[p + 1];
        if (escaped == '\\' || escaped == 'n' || (quotes && escaped == '"')) {
          c = escaped == 'n' ? (byte) '\n' : escaped;
          p++;
        }
      }
      out[length++] = c;
    }
    return length;
  }

  final String unescaped(int from, int to, boolean quotes) {
    byte[] out = new byte[to - from];
    return new String(out, 0, unescape(b, from, to, out, quotes), StandardCharsets.UTF_8);
  }

  /** Whether a metric name without quotes may begin at the cursor. */
  final boolean atName() {
    return at < end && (CLASS[b[at] & 0xFF] & (NAME_START | COLON)) != 0;
  }

  final void skipName() {
    int p = at;
    while (p < end && CLASS[b[p] & 0xFF] != 0) {
      p++;
    }
    at = p;
  }

  private void skipLabelName() {
    int p = at;
    while (p < end && (CLASS[b[p] & 0xFF] & (NAME_START | DIGIT)) != 0) {
      p++;
    }
    at = p;
  }

  final void skipBlanks() {
    int p = at;
    while (p < end && (b[p] == ' ' || b[p] == '\t')) {
      p++;
    }
    at = p;
  }

  private void blanksBetween() {
    if (!strict) {
      skipBlanks();
    }
  }

  final boolean at(char c) {
    return at < end && b[at] == c;
  }

  /** Reads a metric name, with quotes or without, as in HELP and TYPE lines. */
  final void familyName(String keyword) {
    if (at('"')) {
      familyFrom = at + 1;
      skipQuoted("metric name after " + keyword, true);
      familyTo = at - 1;
    } else if (atName()) {
      familyFrom = at;
      skipName();
      familyTo = at;
    } else {
      throw fault("expected a metric name after " + keyword);
    }
  }

  /** Moves behind the quoted string at the cursor. */
  private void skipQuoted(String what, boolean newlines) {
    int p = at + 1;
    while (p < end) {
      byte c = b[p];
      if (c == '"') {
        at = p + 1;
        return;
      }
      if (c == '\\') {
        p++;
        if (p < end && b[p] == '\n') {
          break;
        }
      } else if (c == '\n' && !newlines) {
        break;
      }
      p++;
    }
    throw fault("expected " + what + " in double quotes");
  }

  /** Reads name and labels of a sample; the cursor is then behind them. */
  final void series() {
    seriesFrom = at;
    offsetsEnd = 0;
    nameFrom = -1;
    if (!at('{')) {
      nameFrom = at;
      skipName();
      nameTo = at;
      seriesTo = at;
      blanksBetween();
    }
    if (at('{')) {
      at++;
      labelSet(true);
      seriesTo = at;
    }
    if (nameFrom < 0) {
      throw fault("metric name not set");
    }
  }

  /** Reads labels up to the closing brace; a quoted string alone is the metric's name. */
  final void labelSet(boolean ofMetric) {
    while (true) {
      blanksBetween();
      if (at('}')) {
        at++;
        return;
      }
      boolean quoted = at('"');
      int from = quoted ? at + 1 : at;
      int to = labelName(quoted);
      blanksBetween();
      if (quoted && ofMetric && (at(',') || at('}'))) {
        if (nameFrom >= 0) {
          throw fault("metric name already set");
        }
        nameFrom = from;
        nameTo = to;
      } else {
        labelValue(from, to);
        blanksBetween();
      }
      if (at(',')) {
        at++;
      } else if (strict && !at('}')) {
        throw fault("expected a comma or a closing brace");
      }
    }
  }

  private int labelName(boolean quoted) {
    if (quoted) {
      skipQuoted("a label name", true);
      return at - 1;
    }
    if (at >= end || CLASS[b[at] & 0xFF] != NAME_START) {
      throw fault("expected a label name");
    }
    skipLabelName();
    return at;
  }

  private void labelValue(int from, int to) {
    if (!at('=')) {
      throw fault("expected an equals sign");
    }
    at++;
    blanksBetween();
    if (!at('"')) {
      throw fault("expected a label value");
    }
    int valueFrom = at + 1;
    skipQuoted("a label value", !strict);
    int valueTo = at - 1;
    if (!allUtf8 && !Utf8.isValid(b, valueFrom, valueTo)) {
      throw faultAt(valueFrom, "label value is not UTF-8");
    }
    if (offsetsEnd + 4 > offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * offsets.length);
    }
    int[] o = offsets;
    o[offsetsEnd] = from;
    o[offsetsEnd + 1] = to;
    o[offsetsEnd + 2] = valueFrom;
    o[offsetsEnd + 3] = valueTo;
    offsetsEnd += 4;
  }

  /** Reads {@code [from, to)} as a number. */
  final double number(int from, int to) {
    if (!number.read(b, from, to)) {
      throw faultAt(from, "\"" + string(from, to) + "\" is not a number");
    }
    return ordinaryNan(number.value);
  }

  /** The number, or Prometheus' ordinary NaN for any NaN: a target cannot send a stale marker. */
  static double ordinaryNan(double number) {
    return Double.isNaN(number) ? StaleMarker.NORMAL_NAN : number;
  }

  /** Checks the text of a HELP line. */
  final void checkHelp() {
    if (!allUtf8 && !Utf8.isValid(b, textFrom, textTo)) {
      throw faultAt(textFrom, "help text is not UTF-8");
    }
  }

  final FaultException fault(String what) {
    int to = at;
    while (to < end && to < at + 12 && b[to] != '\n') {
      to++;
    }
    var got = new StringBuilder();
    if (at >= end) {
      got.append("the end");
    } else {
      Names.quote(got, string(at, Math.max(to, at + 1)));
    }
    return faultAt(at, what + ", got " + got);
  }

  final FaultException faultAt(int place, String what) {
    int line = 1;
    int lineBegin = begin;
    for (int p = begin; p < place && p < end; p++) {
      if (b[p] == '\n') {
        line++;
        lineBegin = p + 1;
      }
    }
    return new FaultException(
        Fault.BAD_DATA, "line " + line + ", column " + (place - lineBegin + 1) + ": " + what);
  }
}
