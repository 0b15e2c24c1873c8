package io.narthex.operators.template.language;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.operators.alert.ExpressionLinks;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions of the language itself. */
final class BuiltIns {
  private static final GoType ANY = GoType.ANY;

  /** By name. The execution itself ends {@code and} and {@code or} early. */
  static final Map<String, Function> ALL =
      Map.ofEntries(
          Map.entry("and", Function.variadic(args -> args.get(0), ANY, ANY)),
          Map.entry("or", Function.variadic(args -> args.get(0), ANY, ANY)),
          Map.entry("not", Function.of(args -> !Values.isTrue(args.get(0)), ANY)),
          Map.entry("len", Function.of(args -> length(args.get(0)), ANY)),
          Map.entry("index", Function.variadic(BuiltIns::index, ANY, ANY)),
          Map.entry("slice", Function.variadic(BuiltIns::slice, ANY, ANY)),
          Map.entry("call", Function.variadic(BuiltIns::call, ANY, ANY)),
          Map.entry("eq", Function.variadic(BuiltIns::equalsAny, ANY, ANY)),
          Map.entry("ne", Function.of(args -> !equalsAny(args), ANY, ANY)),
          Map.entry("lt", Function.of(BuiltIns::less, ANY, ANY)),
          Map.entry("le", Function.of(args -> less(args) || equalsAny(args), ANY, ANY)),
          Map.entry("gt", Function.of(args -> !(less(args) || equalsAny(args)), ANY, ANY)),
          Map.entry("ge", Function.of(args -> !less(args), ANY, ANY)),
          Map.entry("print", Function.variadic(GoFormat::print, ANY)),
          Map.entry("println", Function.variadic(GoFormat::println, ANY)),
          Map.entry(
              "printf",
              Function.variadic(
                  args -> GoFormat.printf((String) args.get(0), args.subList(1, args.size())),
                  GoType.STRING,
                  ANY)),
          Map.entry("html", Function.variadic(args -> html(joined(args)), ANY)),
          Map.entry("js", Function.variadic(args -> javaScript(joined(args)), ANY)),
          Map.entry(
              "urlquery", Function.variadic(args -> ExpressionLinks.escape(joined(args)), ANY)));

  private BuiltIns() {}

  private static String joined(List<Object> args) {
    if (args.size() == 1 && args.get(0) instanceof String text) {
      return text;
    }
    return GoFormat.print(
        args.stream().<Object>map(arg -> arg instanceof Absent ? "<no value>" : arg).toList());
  }

  private static Object length(Object value) {
    Object base = Values.base(value);
    if (base instanceof String text) {
      return (long) text.getBytes(UTF_8).length;
    }
    if (base instanceof MapValue map) {
      return (long) map.entries().size();
    }
    if (base instanceof ListValue list) {
      return (long) list.elements().size();
    }
    if (base instanceof Absent) {
      throw new FunctionException("reflect: call of reflect.Value.Type on zero Value");
    }
    throw new FunctionException("len of type " + withoutStar(value));
  }

  private static String withoutStar(Object value) {
    String name = Values.typeName(value);
    return name.startsWith("*") ? name.substring(1) : name;
  }

  private static int position(Object index, int length) {
    Object base = Values.base(index);
    if (base instanceof Absent) {
      throw new FunctionException("cannot index slice/array with nil");
    }
    if (!(base instanceof Long at)) {
      throw new FunctionException("cannot index slice/array with type " + Values.typeName(index));
    }
    if (at < 0 || at > length) {
      throw new FunctionException("index out of range: " + at);
    }
    return at.intValue();
  }

  private static Object index(List<Object> args) {
    Object item = args.get(0);
    if (item instanceof Absent) {
      throw new FunctionException("index of untyped nil");
    }
    for (Object index : args.subList(1, args.size())) {
      Object base = Values.base(Values.unboxed(item));
      if (base instanceof ListValue list) {
        int at = position(index, list.elements().size());
        if (at == list.elements().size()) {
          throw new FunctionException("reflect: slice index out of range");
        }
        item = list.elements().get(at);
      } else if (base instanceof String text) {
        byte[] bytes = text.getBytes(UTF_8);
        int at = position(index, bytes.length);
        if (at == bytes.length) {
          throw new FunctionException("reflect: string index out of range");
        }
        item = (long) (bytes[at] & 0xFF);
      } else if (base instanceof MapValue map) {
        if (index instanceof Absent) {
          throw new FunctionException("value is nil; should be of type string");
        }
        if (!(index instanceof String key)) {
          throw new FunctionException(
              "value has type " + Values.typeName(index) + "; should be string");
        }
        item = map.get(key);
      } else if (base instanceof Absent) {
        throw new FunctionException("index of nil pointer");
      } else {
        throw new FunctionException("can't index item of type " + withoutStar(base));
      }
    }
    return item;
  }

  private static Object slice(List<Object> args) {
    Object item = Values.base(args.get(0));
    int count = args.size() - 1;
    if (item instanceof Absent) {
      throw new FunctionException("slice of untyped nil");
    }
    if (count > 3) {
      throw new FunctionException("too many slice indexes: " + count);
    }
    byte[] bytes = item instanceof String text ? text.getBytes(UTF_8) : new byte[0];
    int length;
    if (item instanceof String) {
      if (count == 3) {
        throw new FunctionException("cannot 3-index slice a string");
      }
      length = bytes.length;
    } else if (item instanceof ListValue list) {
      length = list.elements().size();
    } else {
      throw new FunctionException("can't slice item of type " + withoutStar(args.get(0)));
    }
    int[] bounds = {0, length, length};
    for (int i = 0; i < count; i++) {
      bounds[i] = position(args.get(i + 1), length);
    }
    for (int i = 1; i < Math.max(2, count); i++) {
      if (bounds[i - 1] > bounds[i]) {
        throw new FunctionException("invalid slice index: " + bounds[i - 1] + " > " + bounds[i]);
      }
    }
    return item instanceof ListValue list
        ? new ListValue(list.typeName(), list.elements().subList(bounds[0], bounds[1]))
        : new String(Arrays.copyOfRange(bytes, bounds[0], bounds[1]), UTF_8);
  }

  private static Object call(List<Object> args) {
    Object callee = args.get(0);
    throw new FunctionException(
        callee instanceof Absent
            ? "call of nil"
            : "non-function " + GoFormat.value(callee) + " of type " + Values.typeName(callee));
  }

  private static boolean equalsAny(List<Object> args) {
    if (args.size() == 1) {
      throw new FunctionException("missing argument for comparison");
    }
    Object first = args.get(0);
    return args.subList(1, args.size()).stream().anyMatch(other -> equal(first, other));
  }

  private static boolean equal(Object a, Object b) {
    Values.Basic basic = Values.basic(a);
    boolean bothThere = !(a instanceof Absent) && !(b instanceof Absent);
    if (basic != Values.basic(b)) {
      if (bothThere) {
        throw incompatible(a, b);
      }
      return false;
    }
    if (basic == Values.Basic.FLOAT) {
      return ((Double) Values.base(a)).doubleValue() == (Double) Values.base(b);
    }
    if (basic != Values.Basic.NONE) {
      return Values.base(a).equals(Values.base(b));
    }
    if (!bothThere) {
      return a == b;
    }
    if (b instanceof MapValue || b instanceof ListValue) {
      throw new FunctionException(
          "non-comparable type " + GoFormat.value(b) + ": " + Values.typeName(b));
    }
    return a.equals(b);
  }

  private static FunctionException incompatible(Object a, Object b) {
    return new FunctionException(
        "incompatible types for comparison: " + Values.typeName(a) + " and " + Values.typeName(b));
  }

  private static boolean less(List<Object> args) {
    Object a = args.get(0);
    Object b = args.get(1);
    Values.Basic basic = Values.basic(a);
    if (basic == Values.Basic.NONE || Values.basic(b) == Values.Basic.NONE) {
      throw new FunctionException("invalid type for comparison");
    }
    if (basic != Values.basic(b)) {
      throw incompatible(a, b);
    }
    return switch (basic) {
      case INT -> (Long) Values.base(a) < (Long) Values.base(b);
      case FLOAT -> (Double) Values.base(a) < (Double) Values.base(b);
      case STRING ->
          Arrays.compareUnsigned(
                  ((String) Values.base(a)).getBytes(UTF_8),
                  ((String) Values.base(b)).getBytes(UTF_8))
              < 0;
      case NONE, BOOL -> throw new FunctionException("invalid type for comparison");
    };
  }

  /** Escapes for the text of a page. */
  static String html(String text) {
    var out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case 0 -> out.append('\uFFFD');
        case '"' -> out.append("&#34;");
        case '\'' -> out.append("&#39;");
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  private static String javaScript(String text) {
    var out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (c == '\\' || c == '\'' || c == '"') {
                out.append('\\').append((char) c);
              } else if (c < ' '
                  || "<>&=".indexOf(c) >= 0
                  || (c >= 0x80 && !Quoting.isGraphic(c))) {
                out.append(String.format(Locale.ROOT, "\\u%04X", c));
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.toString();
  }
}
