package io.narthex.operators.template;

import static io.narthex.operators.template.language.GoType.ANY;
import static io.narthex.operators.template.language.GoType.STRING;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.alert.ExpressionLinks;
import io.narthex.operators.template.language.Absent;
import io.narthex.operators.template.language.Function;
import io.narthex.operators.template.language.FunctionException;
import io.narthex.operators.template.language.GoType;
import io.narthex.operators.template.language.HtmlText;
import io.narthex.operators.template.language.ListValue;
import io.narthex.operators.template.language.MapValue;
import io.narthex.operators.template.language.TemplateText;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.relabel.Template;
import io.narthex.query.promql.parse.DurationText;
import java.net.URI;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The functions that Prometheus gives to the templates of alerts, for one evaluation. */
final class AlertFunctions {
  private static final GoType SAMPLE = new GoType(Structure.SAMPLE, GoType.Kind.REFERENCE);
  private static final String RESULT_TYPE = "template.queryResult";
  private static final GoType RESULT = new GoType(RESULT_TYPE, GoType.Kind.REFERENCE);
  private static final String NIL_POINTER =
      "runtime error: invalid memory address or nil pointer dereference";
  private static final Set<String> OF_EVALUATION =
      Set.of("query", "now", "externalURL", "pathPrefix");
  private static final Map<String, Function> ALWAYS =
      Map.ofEntries(
          Map.entry("first", Function.of(a -> first(a.get(0)), RESULT)),
          Map.entry("sortByLabel", Function.of(AlertFunctions::sorted, STRING, RESULT)),
          Map.entry("label", Function.of(a -> label((String) a.get(0), a.get(1)), STRING, SAMPLE)),
          Map.entry("value", Function.of(a -> field(a.get(0), "Value"), SAMPLE)),
          Map.entry("strvalue", Function.of(a -> label("__value__", a.get(0)), SAMPLE)),
          Map.entry("args", Function.variadic(AlertFunctions::args, ANY)),
          Map.entry("humanize", Function.of(a -> Humanize.decimal(a.get(0)), ANY)),
          Map.entry("humanize1024", Function.of(a -> Humanize.binary(a.get(0)), ANY)),
          Map.entry("humanizeDuration", Function.of(a -> Humanize.duration(a.get(0)), ANY)),
          Map.entry("humanizePercentage", Function.of(a -> Humanize.percentage(a.get(0)), ANY)),
          Map.entry("humanizeTimestamp", Function.of(a -> Humanize.timestamp(a.get(0)), ANY)),
          Map.entry("toTime", Function.of(a -> Humanize.time(a.get(0)), ANY)),
          Map.entry("toDuration", Function.of(a -> Humanize.span(a.get(0)), ANY)),
          Map.entry("parseDuration", Function.of(a -> seconds((String) a.get(0)), STRING)),
          Map.entry("title", Function.of(a -> Words.title((String) a.get(0)), STRING)),
          Map.entry("toUpper", Function.of(a -> Words.upper((String) a.get(0)), STRING)),
          Map.entry("toLower", Function.of(a -> Words.lower((String) a.get(0)), STRING)),
          Map.entry("stripPort", Function.of(a -> Hosts.withoutPort((String) a.get(0)), STRING)),
          Map.entry(
              "stripDomain", Function.of(a -> Hosts.withoutDomain((String) a.get(0)), STRING)),
          Map.entry("match", Function.of(AlertFunctions::match, STRING, STRING)),
          Map.entry("reReplaceAll", Function.of(AlertFunctions::replace, STRING, STRING, STRING)),
          Map.entry(
              "graphLink", Function.of(a -> ExpressionLinks.graph((String) a.get(0)), STRING)),
          Map.entry(
              "tableLink", Function.of(a -> ExpressionLinks.table((String) a.get(0)), STRING)),
          Map.entry(
              "urlQueryEscape",
              Function.of(a -> ExpressionLinks.escape((String) a.get(0)), STRING)),
          Map.entry("safeHtml", Function.of(a -> new HtmlText((String) a.get(0)), STRING)));

  /** All names. */
  static final Set<String> NAMES;

  static {
    var names = new HashSet<>(ALWAYS.keySet());
    names.addAll(OF_EVALUATION);
    NAMES = Set.copyOf(names);
  }

  private final AlertTemplate.Query query;
  private final long tick;
  private final String externalUrl;

  /**
   * The functions of an evaluation.
   *
   * @param tick its time, milliseconds
   * @param externalUrl without a slash at its end
   */
  AlertFunctions(AlertTemplate.Query query, long tick, String externalUrl) {
    this.query = query;
    this.tick = tick;
    this.externalUrl = externalUrl;
  }

  /** The function of a name; null if there is none. */
  @Nullable Function find(String name) {
    return switch (name) {
      case "query" -> Function.of(a -> query((String) a.get(0)), STRING);
      case "now" -> Function.of(a -> tick / 1000.0);
      case "externalURL" -> Function.of(a -> externalUrl);
      case "pathPrefix" -> Function.of(a -> path());
      default -> ALWAYS.get(name);
    };
  }

  private Object query(String text) {
    try {
      return new ListValue(
          RESULT_TYPE, query.at(text, tick).stream().map(Structure::sample).toList());
    } catch (RuntimeException e) {
      throw new FunctionException(String.valueOf(e.getMessage()));
    }
  }

  private String path() {
    String path = URI.create(externalUrl).getPath();
    return path == null ? "" : path;
  }

  private static Object first(Object result) {
    if (result instanceof ListValue list && !list.elements().isEmpty()) {
      return list.elements().get(0);
    }
    throw new FunctionException("first() called on vector with no elements");
  }

  private static Object sorted(List<Object> arguments) {
    String name = (String) arguments.get(0);
    if (!(arguments.get(1) instanceof ListValue list)) {
      return new ListValue(RESULT_TYPE, List.of());
    }
    Comparator<Object> order =
        Comparator.comparing(sample -> (String) label(name, sample), Names.BYTE_ORDER);
    return new ListValue(
        RESULT_TYPE, list.elements().stream().<Object>map(e -> e).sorted(order).toList());
  }

  private static Object field(Object sample, String name) {
    Object value = sample instanceof Structure structure ? structure.field(name) : null;
    if (value == null) {
      throw new FunctionException(NIL_POINTER);
    }
    return value;
  }

  private static Object label(String name, Object sample) {
    Object value = ((MapValue) field(sample, "Labels")).entries().get(name);
    return value == null ? "" : value;
  }

  private static Object args(List<Object> values) {
    var map = new HashMap<String, Object>();
    for (Object value : values) {
      map.put("arg" + map.size(), value instanceof Absent ? Absent.NO_VALUE : value);
    }
    return new MapValue(false, map);
  }

  private static double seconds(String text) {
    boolean negative = text.startsWith("-");
    try {
      double seconds = DurationText.parse(negative ? text.substring(1) : text) / 1000.0;
      return negative ? -seconds : seconds;
    } catch (IllegalArgumentException e) {
      throw new FunctionException(String.valueOf(e.getMessage()));
    }
  }

  private static Object match(List<Object> arguments) {
    try {
      return Pattern.compile((String) arguments.get(0)).matcher((String) arguments.get(1)).find();
    } catch (PatternSyntaxException e) {
      throw new FunctionException(String.valueOf(e.getMessage()));
    }
  }

  private static Object replace(List<Object> arguments) {
    String regex = (String) arguments.get(0);
    String text = (String) arguments.get(2);
    Pattern pattern;
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new FunctionException("regexp: Compile(`" + regex + "`): " + e.getMessage());
    }
    var template =
        Template.compile((String) arguments.get(1), pattern.groupCount(), pattern.namedGroups());
    Matcher matcher = pattern.matcher(text);
    var out = new StringBuilder();
    int done = 0;
    boolean before = false;
    while (matcher.find()) {
      // An empty match right behind another one does not count.
      if (before && matcher.end() == done) {
        continue;
      }
      out.append(text, done, matcher.start()).append(template.expand(matcher));
      done = matcher.end();
      before = true;
      if (out.length() > TemplateText.MAX_LENGTH) {
        throw new FunctionException("text longer than " + TemplateText.MAX_LENGTH + " characters");
      }
    }
    return out.append(text, done, text.length()).toString();
  }
}
