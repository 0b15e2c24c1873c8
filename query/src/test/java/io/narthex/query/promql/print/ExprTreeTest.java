package io.narthex.query.promql.print;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExprTreeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          -1.5            | {"type":"numberLiteral","val":"-1.5"}
          "a"             | {"type":"stringLiteral","val":"a"}
          -a              | {"type":"unaryExpr","op":"-","expr":{"type":"vectorSelector","name":"a","matchers":[{"name":"__name__","value":"a","type":"="}],"offset":0,"timestamp":null,"startOrEnd":null,"anchored":false,"smoothed":false}}
          a{b!~"c"}[5m] @ end() offset -1m | {"type":"matrixSelector","name":"a","matchers":[{"name":"b","value":"c","type":"!~"},{"name":"__name__","value":"a","type":"="}],"range":300000,"offset":-60000,"timestamp":null,"startOrEnd":"end","anchored":false,"smoothed":false}
          hour()[1h:] @ 2 | {"type":"subquery","expr":{"type":"call","func":{"name":"hour","argTypes":["vector"],"variadic":1,"returnType":"vector"},"args":[]},"range":3600000,"step":0,"offset":0,"timestamp":2000,"startOrEnd":null}
          topk by (x) (1, vector(2)) | {"type":"aggregation","op":"topk","param":{"type":"numberLiteral","val":"1"},"grouping":["x"],"without":false,"expr":{"type":"call","func":{"name":"vector","argTypes":["scalar"],"variadic":0,"returnType":"vector"},"args":[{"type":"numberLiteral","val":"2"}]}}
          (1 < bool 2)    | {"type":"parenExpr","expr":{"type":"binaryExpr","op":"<","bool":true,"matching":null,"lhs":{"type":"numberLiteral","val":"1"},"rhs":{"type":"numberLiteral","val":"2"}}}
          vector(1) + on(a) group_left(b) fill_left(3) vector(2) | {"type":"binaryExpr","op":"+","bool":false,"matching":{"card":"many-to-one","labels":["a"],"on":true,"include":["b"],"fillValues":{"lhs":3.0,"rhs":null}},"lhs":{"type":"call","func":{"name":"vector","argTypes":["scalar"],"variadic":0,"returnType":"vector"},"args":[{"type":"numberLiteral","val":"1"}]},"rhs":{"type":"call","func":{"name":"vector","argTypes":["scalar"],"variadic":0,"returnType":"vector"},"args":[{"type":"numberLiteral","val":"2"}]}}
          """)
  void of_expression_hasPrometheusShape(String query, String json) throws IOException {
    JsonNode tree =
        JSON.readTree(
            JSON.writeValueAsString(ExprTree.of(PromqlParser.parse(query, ParseOptions.ALL))));
    assertThat(tree).isEqualTo(JSON.readTree(json));
  }
}
