package io.narthex.pipeline.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A value with the keys that lead to it. The conversions give null, and leave a fault, if the value
 * is of another type; the types are those of Prometheus' YAML reader.
 */
record Value(ReadContext context, Node node, String path) {
  private static final Set<String> YES = Set.of("y", "yes", "on", "true");
  private static final Set<String> NO = Set.of("n", "no", "off", "false");
  private static final Pattern INTEGER =
      Pattern.compile("[-+]?(0[bB][01_]+|0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]*|[1-9][0-9_]*)");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

  void fault(String message) {
    context.fault(node, path, message);
  }

  boolean isNull() {
    return node instanceof ScalarNode scalar
        && (scalar.getTag().equals(Tag.NULL)
            || (scalar.getScalarStyle() == ScalarStyle.PLAIN && scalar.getValue().isEmpty()));
  }

  /** What kind of value this is, for messages. */
  String kind() {
    if (node instanceof MappingNode) {
      return "a mapping";
    }
    if (node instanceof SequenceNode) {
      return "a list";
    }
    String text = ((ScalarNode) node).getValue();
    return isNull()
        ? "nothing"
        : "\"" + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + "\"";
  }

  /** Any scalar as text. */
  @Nullable String text() {
    return text("text");
  }

  /** Any scalar as text, called by what it is used for, such as a label name. */
  @Nullable String text(String use) {
    if (!(node instanceof ScalarNode scalar)
        || (context.isOnlyQuotedText() && scalar.getScalarStyle() == ScalarStyle.PLAIN)) {
      fault("expected " + (use.equals("text") ? "text" : "a " + use) + ", got " + kind());
      return null;
    }
    if (isNull()) {
      return "";
    }
    return scalar.getTag().equals(Tag.BINARY) ? binary(scalar, use) : unicode(scalar, use);
  }

  @Nullable Boolean flag() {
    String word = plain();
    if (word != null && isOneCase(word)) {
      String lower = word.toLowerCase(Locale.ROOT);
      if (YES.contains(lower) || NO.contains(lower)) {
        return YES.contains(lower);
      }
    }
    fault("expected true or false, got " + kind());
    return null;
  }

  @Nullable BigInteger integer() {
    String word = plain();
    if (word != null && word.length() <= 64) {
      if (INTEGER.matcher(word).matches()) {
        return parse(word.replace("_", ""));
      }
      if (DECIMAL.matcher(word).matches() && Double.parseDouble(word) % 1 == 0) {
        return new BigDecimal(Double.parseDouble(word)).toBigInteger();
      }
    }
    fault("expected a whole number, got " + kind());
    return null;
  }

  @Nullable Double number() {
    String word = plain();
    if (word != null && DECIMAL.matcher(word).matches()) {
      return Double.parseDouble(word);
    }
    fault("expected a number, got " + kind());
    return null;
  }

  @Nullable Duration duration() {
    String text = node instanceof ScalarNode ? text() : null;
    if (text == null) {
      fault("expected a duration such as 30s, got " + kind());
      return null;
    }
    try {
      return PrometheusDuration.parse(text);
    } catch (IllegalArgumentException e) {
      fault(messageOf(e));
      return null;
    }
  }

  @Nullable Long bytes() {
    String text = node instanceof ScalarNode ? text() : null;
    if (text == null) {
      fault("expected a size such as 512MB, got " + kind());
      return null;
    }
    try {
      return ByteSize.parse(text);
    } catch (IllegalArgumentException e) {
      fault(messageOf(e));
      return null;
    }
  }

  static String messageOf(RuntimeException e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }

  private @Nullable String binary(ScalarNode scalar, String use) {
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(scalar.getValue());
      if (!scalar.getValue().matches("[A-Za-z0-9+/=\\s]*")) {
        throw new IllegalArgumentException("characters that are not base64");
      }
    } catch (IllegalArgumentException e) {
      fault("!!binary value contains invalid base64 data: " + messageOf(e));
      return null;
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      var shown = new StringBuilder();
      for (byte b : bytes) {
        shown.append(b >= ' ' && b < 127 ? String.valueOf((char) b) : String.format("\\x%02x", b));
      }
      fault("\"" + shown + "\" is not a valid " + use + ", since it is not UTF-8");
      return null;
    }
  }

  private @Nullable String unicode(ScalarNode scalar, String use) {
    String text = scalar.getValue();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isSurrogatePair(c, i + 1 < text.length() ? text.charAt(i + 1) : 'x')) {
          fault("not a valid " + use + ", since it holds half a surrogate pair");
          return null;
        }
        i++;
      }
    }
    return text;
  }

  /** The text of an unquoted scalar: quoted ones are neither numbers nor truth values. */
  /** A scalar without quotes; null if it is something else. */
  @Nullable String plain() {
    return node instanceof ScalarNode scalar && scalar.getScalarStyle() == ScalarStyle.PLAIN
        ? scalar.getValue()
        : null;
  }

  private static boolean isOneCase(String word) {
    String rest = word.isEmpty() ? word : word.substring(1);
    return rest.equals(rest.toLowerCase(Locale.ROOT)) || word.equals(word.toUpperCase(Locale.ROOT));
  }

  private static BigInteger parse(String word) {
    boolean negative = word.startsWith("-");
    String digits = negative || word.startsWith("+") ? word.substring(1) : word;
    int radix = 10;
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      radix =
          switch (digits.charAt(1)) {
            case 'x', 'X' -> 16;
            case 'b', 'B' -> 2;
            default -> 8;
          };
      boolean prefixed = !Character.isDigit(digits.charAt(1));
      digits = prefixed ? digits.substring(2) : digits;
    }
    var value = digits.isEmpty() ? BigInteger.ZERO : new BigInteger(digits, radix);
    return negative ? value.negate() : value;
  }
}
