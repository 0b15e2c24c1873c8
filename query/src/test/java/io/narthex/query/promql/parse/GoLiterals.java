package io.narthex.query.promql.parse;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.HexFormat;

/** Values of the Go expressions in the reference tables. */
final class GoLiterals {
  private GoLiterals() {}

  /** The bytes of a string expression; literals may hold bytes that are no UTF-8. */
  static byte[] bytes(JsonNode node) {
    if (node.has("$bytes_hex")) {
      return HexFormat.of().parseHex(node.get("$bytes_hex").asText());
    }
    return text(node).getBytes(UTF_8);
  }

  /** A string whose single bytes are the characters that stand for them. */
  static String escapedText(JsonNode node) {
    if (!node.has("$bytes_hex")) {
      return text(node);
    }
    var literal = new StringBuilder("\"");
    for (byte b : bytes(node)) {
      literal.append(String.format("\\x%02x", b));
    }
    return GoText.unquote(literal.append('"').toString());
  }

  static String text(JsonNode node) {
    if (node.isTextual()) {
      return node.asText();
    }
    if (node.has("$bytes_hex")) {
      return new String(bytes(node), UTF_8);
    }
    if (node.path("$op").asText().equals("+")) {
      return text(node.get("a")) + text(node.get("b"));
    }
    return switch (node.path("$call").asText()) {
      case "strings.Repeat" -> text(node.at("/args/0")).repeat(node.at("/args/1").asInt());
      case "errors.New" -> text(node.at("/args/0"));
      case "fmt.Sprintf", "fmt.Errorf" ->
          text(node.at("/args/0"))
              .replace(
                  "%f", new BigDecimal(number(node.at("/args/1"))).setScale(6).toPlainString());
      default -> throw new IllegalArgumentException("no text: " + node);
    };
  }

  static double number(JsonNode node) {
    if (node.isNumber()) {
      return node.asDouble();
    }
    if (node.has("$op")) {
      // The tables' converter read 5*Minute + 30*Second from left to right.
      boolean sumOfUnits =
          node.get("$op").asText().equals("*") && node.at("/a/$op").asText().equals("+");
      if (sumOfUnits) {
        return number(node.at("/a/a")) + number(node.at("/a/b")) * number(node.get("b"));
      }
      double a = number(node.get("a"));
      double b = number(node.get("b"));
      return switch (node.get("$op").asText()) {
        case "+" -> a + b;
        case "-" -> a - b;
        case "*" -> a * b;
        case "/" -> a / b;
        default -> throw new IllegalArgumentException("no operator: " + node);
      };
    }
    if (node.has("$u")) {
      return -number(node.get("v"));
    }
    if (node.has("$call")) {
      return switch (node.get("$call").asText()) {
        case "math.Inf" -> number(node.at("/args/0")) > 0 ? 1 / 0.0 : -1 / 0.0;
        case "time.Duration", "makeInt64Pointer" -> number(node.at("/args/0"));
        default -> throw new IllegalArgumentException("no number: " + node);
      };
    }
    return switch (node.path("$id").asText()) {
      case "time.Millisecond" -> 1e6;
      case "time.Second" -> 1e9;
      case "time.Minute" -> 60e9;
      case "time.Hour" -> 3600e9;
      case "math.MaxInt64" -> Long.MAX_VALUE;
      case "math.MinInt64" -> Long.MIN_VALUE;
      default -> throw new IllegalArgumentException("no number: " + node);
    };
  }
}
