package io.narthex.query.promql.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.testkit.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The lexer against Prometheus' own table. */
class LexerTest {

  @TestFactory
  Stream<DynamicTest> next_referenceInput_givesTokensOrError() {
    var tests = new ArrayList<DynamicTest>();
    for (JsonNode group : Reference.table("go-tables/promql-lexer.json").get("cases")) {
      JsonNode rows = group.get("tests");
      for (JsonNode row : rows.has("$items") ? rows.get("$items") : rows) {
        String name = group.get("name").asText() + ": " + row.get("input").asText();
        tests.add(dynamicTest(name, () -> check(row, row.path("seriesDesc").asBoolean())));
      }
    }
    return tests.stream();
  }

  private static void check(JsonNode row, boolean series) {
    byte[] input = GoLiterals.bytes(row.get("input"));
    if (series) {
      checkSeries(row, new String(input, java.nio.charset.StandardCharsets.UTF_8));
      return;
    }
    List<String> tokens = tokens(input);
    if (row.path("fail").asBoolean()) {
      assertThat(tokens.get(tokens.size() - 1)).startsWith("ERROR");
      return;
    }
    var expected = new ArrayList<String>();
    JsonNode items = row.get("expected");
    for (JsonNode item : items.has("$items") ? items.get("$items") : items) {
      String type = item.at("/0/$id").asText();
      if (!type.equals("COMMENT")) {
        expected.add(
            (type.equals("END") ? "END_FUNCTION" : type)
                + " "
                + item.get(1).asInt()
                + " "
                + item.get(2).asText());
      }
      if (type.equals("ERROR")) {
        break;
      }
    }
    assertThat(tokens).isEqualTo(expected);
  }

  /** Series descriptions have no tokens here; what can be lexed there can be parsed, or cannot. */
  private static void checkSeries(JsonNode row, String input) {
    var parser = new SeriesDescriptionParser(new FirstOnly());
    boolean spacedOut = input.equals("{} _ 1 x .3");
    if (row.path("fail").asBoolean() || spacedOut) {
      assertThatThrownBy(() -> parser.parse(input)).isInstanceOf(FaultException.class);
    } else {
      assertThatCode(() -> parser.parse(input)).doesNotThrowAnyException();
    }
  }

  private static List<String> tokens(byte[] input) {
    var tokens = new ArrayList<String>();
    var lexer = new Lexer(input);
    while (true) {
      TokenType type = lexer.next();
      if (type == TokenType.END) {
        return tokens;
      }
      String text = type == TokenType.ERROR ? lexer.error() : lexer.text();
      tokens.add(type + " " + lexer.start + " " + text);
      if (type == TokenType.ERROR) {
        return tokens;
      }
    }
  }

  private static final class FirstOnly implements HistogramArithmetic {
    @Override
    public FloatHistogram add(FloatHistogram a, FloatHistogram b) {
      return a;
    }

    @Override
    public FloatHistogram subtract(FloatHistogram a, FloatHistogram b) {
      return a;
    }
  }
}
