package io.narthex.query.promql.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.print.ExprPrinter;
import io.narthex.query.promql.print.ExprTree;
import io.narthex.query.promql.print.PrettyPrinter;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RandomQueriesTest {
  private static final String[] PIECES = {
    "foo",
    "sum",
    "by",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "=~",
    "!=",
    "\"",
    "'",
    "`",
    "\\",
    "5m",
    "1e",
    "0x",
    "Inf",
    " ",
    "\n",
    "#",
    "@",
    "offset",
    "start()",
    "step",
    "on",
    "group_left",
    "bool",
    "+",
    "-",
    "^",
    "</",
    "rate(",
    "a=\"b\"",
    "é",
    "\0",
    "\uD800",
    "fill(",
    "label_replace",
    "info(",
    "anchored",
    "[5m:",
    "min_of("
  };

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void parse_printedRandomQuery_givesTheSameTree() {
    var generator = new QueryGenerator(random);
    for (int i = 0; i < 2_000; i++) {
      String query = generator.query();
      assertThat(PromqlParser.check(query, ParseOptions.ALL).errors())
          .as("rerun with -Dtest.seed=%d: %s", seed, query)
          .isEmpty();
      Expr tree = reparse(query);
      String printed = ExprPrinter.print(tree);
      String pretty = PrettyPrinter.print(tree, 1 + random.nextInt(60));
      String place = "rerun with -Dtest.seed=" + seed + ": " + query + " => " + printed;
      assertThat(reparse(printed)).as(place).isEqualTo(tree);
      assertThat(reparse(pretty)).as(place + " => " + pretty).isEqualTo(tree);
      assertThat(ExprTree.of(tree)).as(place).isEqualTo(ExprTree.of(reparse(pretty)));
    }
  }

  @Test
  void parse_randomGarbage_givesATreeOrAFaultWithItsPlace() {
    var generator = new QueryGenerator(random);
    for (int i = 0; i < 5_000; i++) {
      String text = random.nextBoolean() ? pieces() : damaged(generator.query());
      try {
        ExprPrinter.print(PromqlParser.parse(text, ParseOptions.ALL));
      } catch (FaultException e) {
        assertThat(e.fault()).isEqualTo(Fault.BAD_DATA);
        assertThat(e.getMessage())
            .as("rerun with -Dtest.seed=%d: %s", seed, text)
            .matches("(?s)(\\d+:\\d+|unknown position): parse error: .+");
      } catch (RuntimeException e) {
        throw new AssertionError("rerun with -Dtest.seed=" + seed + ": " + text, e);
      }
    }
  }

  private Expr reparse(String text) {
    return Placeless.anywhere(PromqlParser.parse(text, ParseOptions.ALL));
  }

  private String pieces() {
    var text = new StringBuilder();
    for (int i = random.nextInt(20); i >= 0; i--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
      if (random.nextInt(3) == 0) {
        text.append(' ');
      }
    }
    return text.toString();
  }

  private String damaged(String query) {
    var text = new StringBuilder(query);
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(text.length() + 1);
      if (at < text.length() && random.nextBoolean()) {
        text.deleteCharAt(at);
      } else {
        text.insert(at, PIECES[random.nextInt(PIECES.length)]);
      }
    }
    return text.toString();
  }
}
