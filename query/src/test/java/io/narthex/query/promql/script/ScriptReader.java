package io.narthex.query.promql.script;

import io.narthex.query.promql.histogram.SeriesArithmetic;
import io.narthex.query.promql.parse.SeriesDescription;
import io.narthex.query.promql.parse.SeriesDescriptionParser;
import io.narthex.query.promql.script.Script.Command;
import io.narthex.query.promql.script.Script.Expectation;
import io.narthex.query.promql.script.Script.Loaded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads scripts. */
final class ScriptReader {
  private static final Pattern LOAD = Pattern.compile("^load(?:_(with_nhcb))?\\s+(.+?)$");
  private static final Pattern INSTANT =
      Pattern.compile(
          "^eval(?:_(fail|warn|ordered|info))?\\s+instant\\s+(?:at\\s+(.+?))?\\s+(.+)$");
  private static final Pattern RANGE =
      Pattern.compile(
          "^eval(?:_(fail|warn|info))?\\s+range\\s+from\\s+(.+)\\s+to\\s+(.+)\\s+step\\s+(.+?)\\s+(.+)$");
  private static final Pattern EXPECT =
      Pattern.compile(
          "^expect\\s+(ordered|fail|warn|no_warn|info|no_info)(?:\\s+(regex|msg):(.+))?$");
  private static final Pattern EXPECT_RANGE =
      Pattern.compile("^expect range vector\\s+from\\s+(.+)\\s+to\\s+(.+)\\s+step\\s+(.+)$");
  private static final Pattern START =
      Pattern.compile("^([+-]?[0-9a-z]+?)(?:([+-][0-9a-z]+?))?(?:x(\\d+))?$");

  private final List<String> lines;
  private final SeriesDescriptionParser parser =
      new SeriesDescriptionParser(new SeriesArithmetic());
  private int next;

  private ScriptReader(String text) {
    lines = text.lines().map(String::trim).map(l -> l.startsWith("#") ? "" : l).toList();
  }

  static Script read(String text) {
    return new ScriptReader(text).script();
  }

  private Script script() {
    var commands = new ArrayList<Command>();
    while (next < lines.size()) {
      String line = lines.get(next++);
      String word = line.toLowerCase(Locale.ROOT);
      if (word.equals("clear")) {
        commands.add(new Script.Clear());
      } else if (word.startsWith("load")) {
        commands.add(load(line));
      } else if (word.startsWith("eval")) {
        commands.add(eval(line));
      } else if (!line.isEmpty()) {
        throw fault("unknown command: " + line);
      }
    }
    return new Script(commands);
  }

  private Command load(String line) {
    Matcher matcher = matched(LOAD, line);
    Map<Object, Loaded> series = new LinkedHashMap<>();
    List<Long> starts = List.of();
    for (String body : body()) {
      int at = body.indexOf("@st ");
      if (at > 0) {
        starts = starts(body.substring(at + 4).trim());
        continue;
      }
      SeriesDescription description = parser.parse(body);
      series.put(description.labels(), new Loaded(description, starts));
      starts = List.of();
    }
    return new Script.Load(
        ScriptDurations.millis(matcher.group(2)),
        matcher.group(1) != null,
        List.copyOf(series.values()));
  }

  private static List<Long> starts(String text) {
    var all = new ArrayList<Long>();
    for (String item : text.split("\\s+")) {
      if (item.startsWith("_")) {
        int times = item.length() > 1 ? Integer.parseInt(item.substring(2)) : 1;
        for (int i = 0; i < times; i++) {
          all.add(null);
        }
        continue;
      }
      Matcher matcher = matched(START, item);
      long offset = ScriptDurations.millis(matcher.group(1));
      long step = matcher.group(2) == null ? 0 : ScriptDurations.millis(matcher.group(2));
      int times = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
      for (int i = 0; i <= times; i++) {
        all.add(offset + i * step);
      }
    }
    return all;
  }

  private Command eval(String line) {
    int number = next;
    var expected = new Expectation();
    Matcher instant = INSTANT.matcher(line);
    if (instant.matches()) {
      old(instant.group(1), expected);
      String at = instant.group(2);
      long time = at == null ? 0 : ScriptDurations.millis(at);
      expectations(expected);
      return new Script.Eval(number, instant.group(3), time, time, 0, expected);
    }
    Matcher range = matched(RANGE, line);
    old(range.group(1), expected);
    expectations(expected);
    return new Script.Eval(
        number,
        range.group(5),
        ScriptDurations.millis(range.group(2)),
        ScriptDurations.millis(range.group(3)),
        ScriptDurations.millis(range.group(4)),
        expected);
  }

  private static void old(String suffix, Expectation expected) {
    if (suffix == null) {
      return;
    }
    switch (suffix) {
      case "fail" -> expected.fails = true;
      case "warn" -> expected.warnings.some = true;
      case "info" -> expected.infos.some = true;
      default -> expected.ordered = true;
    }
  }

  private void expectations(Expectation expected) {
    for (String line : body()) {
      Matcher expect = EXPECT.matcher(line);
      Matcher range = EXPECT_RANGE.matcher(line);
      if (expect.matches()) {
        expect(expect, expected);
      } else if (range.matches()) {
        expected.range =
            new long[] {
              ScriptDurations.millis(range.group(1)),
              ScriptDurations.millis(range.group(2)),
              ScriptDurations.millis(range.group(3))
            };
      } else if (line.startsWith("expect string ")) {
        expected.string = unquoted(line.substring(14).trim());
      } else if (line.startsWith("expected_fail_message ")) {
        expected.failTexts.add(new Script.Text(false, line.substring(22).trim()));
      } else if (line.startsWith("expected_fail_regexp ")) {
        expected.failTexts.add(new Script.Text(true, line.substring(21).trim()));
      } else {
        value(line, expected);
      }
    }
  }

  private static String unquoted(String text) {
    return text.startsWith("`")
        ? text.substring(1, text.length() - 1)
        : text.substring(1, text.length() - 1).translateEscapes();
  }

  private void value(String line, Expectation expected) {
    Double scalar = scalar(line);
    if (scalar != null) {
      expected.scalar = scalar;
    } else {
      expected.series.add(parser.parse(line));
    }
  }

  private static Double scalar(String line) {
    try {
      String sign = line.startsWith("-") ? "-" : "";
      String digits = line.startsWith("-") || line.startsWith("+") ? line.substring(1) : line;
      if (digits.startsWith("0x") || digits.startsWith("0X")) {
        return (double) Long.parseLong(sign + digits.substring(2), 16);
      }
      return switch (digits.toLowerCase(Locale.ROOT)) {
        case "inf" -> sign.isEmpty() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        case "nan" -> Double.NaN;
        default ->
            Character.isDigit(digits.charAt(0)) || digits.startsWith(".")
                ? (digits.matches("0[0-7]+")
                    ? (double) Long.parseLong(sign + digits, 8)
                    : Double.parseDouble(sign + digits))
                : null;
      };
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static void expect(Matcher expect, Expectation expected) {
    Script.Text text =
        expect.group(2) == null
            ? null
            : new Script.Text(expect.group(2).equals("regex"), expect.group(3).trim());
    switch (expect.group(1)) {
      case "ordered" -> expected.ordered = true;
      case "fail" -> {
        expected.fails = true;
        if (text != null) {
          expected.failTexts.add(text);
        }
      }
      case "warn" -> note(expected.warnings, text);
      case "info" -> note(expected.infos, text);
      case "no_warn" -> expected.warnings.none = true;
      default -> expected.infos.none = true;
    }
  }

  private static void note(Script.Notes notes, Script.Text text) {
    notes.some = true;
    if (text != null) {
      notes.texts.add(text);
    }
  }

  private List<String> body() {
    var body = new ArrayList<String>();
    while (next < lines.size() && !lines.get(next).isEmpty()) {
      body.add(lines.get(next++));
    }
    return body;
  }

  private static Matcher matched(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("cannot read: " + text);
    }
    return matcher;
  }

  private IllegalArgumentException fault(String text) {
    return new IllegalArgumentException("line " + next + ": " + text);
  }
}
